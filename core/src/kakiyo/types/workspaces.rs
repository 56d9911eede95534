//! Workspaces: what the clients of an agency see.

use std::sync::Arc;

use super::ids::{AgentId, MembershipId, TeamId, UserId, WorkspaceId};
use crate::declare::{model, open_enum};
use crate::value::Timestamp;

model! {
    /// The window of one client: the agents assigned to it, with their campaigns, conversations and prospects.
    pub struct Workspace {
        required {
            /// Workspace id.
            id: WorkspaceId,
        }
        optional {
            /// Name of the client.
            name: String,
            /// The team that holds the users of the client.
            client_team_id: TeamId,
            /// Creation time.
            created_at: Timestamp,
        }
    }
    plural: "workspaces";
}

model! {
    /// A workspace that was deleted.
    pub struct WorkspaceDeleted {
        optional {
            /// Confirmation text.
            message: String,
            /// What was taken out of it.
            stats: Arc<WorkspaceDeletion>,
        }
    }
}

model! {
    /// What was taken out of a deleted workspace.
    pub struct WorkspaceDeletion {
        optional {
            /// Agents that are assigned no more; they stay in the team.
            agents_unassigned: i64,
            /// Campaigns that the client no longer sees.
            campaigns_updated: i64,
            /// Conversations that the client no longer sees.
            chats_updated: i64,
        }
    }
}

open_enum! {
    /// What a user of a client may do.
    pub enum ClientRole {
        /// An ordinary user.
        Member = "member",
    }
}

model! {
    /// A user of a client who was just invited.
    pub struct ClientInvited {
        optional {
            /// Id of the membership.
            membership_id: MembershipId,
            /// Id of the user.
            user_id: UserId,
            /// E-mail address of the user.
            email: String,
            /// Address of the agency's portal, where the user signs in.
            portal_url: String,
            /// Whether the invitation mail went out.
            email_sent: bool,
        }
    }
}

model! {
    /// A user of a client who was just removed.
    pub struct ClientRemoved {
        optional {
            /// Confirmation text.
            message: String,
            /// E-mail address of the user.
            email: String,
        }
    }
}

model! {
    /// An agent that was assigned to a workspace.
    pub struct AgentAssigned {
        optional {
            /// The agent.
            agent_id: AgentId,
            /// The workspace.
            workspace_id: WorkspaceId,
            /// What the client sees now.
            propagated: Arc<WorkspaceAccess>,
        }
    }
}

model! {
    /// An agent that was taken out of a workspace.
    pub struct AgentUnassigned {
        optional {
            /// Confirmation text.
            message: String,
            /// The agent.
            agent_id: AgentId,
            /// What the client no longer sees.
            propagated: Arc<WorkspaceAccess>,
        }
    }
}

model! {
    /// Counts of records that a client sees now, or no longer sees.
    pub struct WorkspaceAccess {
        optional {
            /// Campaigns.
            campaigns: i64,
            /// Conversations.
            chats: i64,
            /// Prospects.
            prospects: i64,
        }
    }
}
