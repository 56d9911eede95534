//! Workspaces of an agency: one per client, with its users and its agents.

use super::types::{
    AgentAssigned, AgentId, AgentUnassigned, ClientInvited, ClientRemoved, ClientRole, UserId, Workspace,
    WorkspaceDeleted, WorkspaceId,
};
use crate::declare::parameters;
use crate::error::Result;
use crate::operation::{operation, resource};
use crate::registry::{self, Entry};
use crate::rules::{self, FieldPath};

pub(super) const OPERATIONS: &[Entry] = &[
    registry::entry::<ListWorkspaces>(),
    registry::entry::<CreateWorkspace>(),
    registry::entry::<DeleteWorkspace>(),
    registry::entry::<InviteClient>(),
    registry::entry::<RemoveClient>(),
    registry::entry::<AssignAgent>(),
    registry::entry::<UnassignAgent>(),
];

resource! {
    /// Windows of an agency's clients.
    Workspaces
}

parameters! {
    /// All workspaces of the agency.
    pub struct ListWorkspaces {}
}

parameters! {
    /// A new workspace.
    pub struct CreateWorkspace {
        required {
            /// Name of the client.
            name: String where length(min = 1),
        }
    }
}

impl<T: Into<String>> From<T> for CreateWorkspace {
    fn from(name: T) -> Self {
        Self::new(name)
    }
}

parameters! {
    /// A workspace to delete.
    pub struct DeleteWorkspace {
        path {
            /// The workspace.
            workspace_id: WorkspaceId,
        }
    }
}

impl<T: Into<WorkspaceId>> From<T> for DeleteWorkspace {
    fn from(workspace_id: T) -> Self {
        Self::new(workspace_id)
    }
}

parameters! {
    /// A user of a client to invite.
    pub struct InviteClient {
        path {
            /// The workspace.
            workspace_id: WorkspaceId,
        }
        required {
            /// E-mail address of the user.
            email: String,
        }
        optional {
            /// Roles of the user, 1 or more; `member` unless set.
            roles: Vec<ClientRole> where length(min = 1),
            /// Where the user lands after signing in.
            redirect_url: String where length(min = 1),
        }
    }
    check: InviteClient::address;
}

parameters! {
    /// A user of a client to remove.
    pub struct RemoveClient {
        path {
            /// The workspace.
            workspace_id: WorkspaceId,
        }
        required {
            /// E-mail address of the user.
            email: String,
        }
        optional {
            /// Id of the user, sent beside the address for servers that go by it. The documented call has no need of it.
            user_id: UserId,
        }
    }
    check: RemoveClient::address;
}

impl InviteClient {
    fn address(&self, path: FieldPath<'_>) -> Result<()> {
        rules::email(&self.email, path.member("email"))
    }
}

impl RemoveClient {
    fn address(&self, path: FieldPath<'_>) -> Result<()> {
        rules::email(&self.email, path.member("email"))
    }
}

parameters! {
    /// An agent to assign to a workspace.
    pub struct AssignAgent {
        path {
            /// The workspace.
            workspace_id: WorkspaceId,
            /// The agent.
            agent_id: AgentId,
        }
    }
}

parameters! {
    /// An agent to take out of a workspace.
    pub struct UnassignAgent {
        path {
            /// The workspace.
            workspace_id: WorkspaceId,
            /// The agent.
            agent_id: AgentId,
        }
    }
}

operation! {
    /// Lists the client workspaces of the agency.
    ///
    /// Without the Agency plan the server refuses it (403).
    workspaces.list: ListWorkspaces => Vec<Workspace> {
        GET "/workspaces",
        group: per_operation, tier: Medium, price: 1, retry: Read, paging: none,
        errors: [],
        arguments: none,
        source: "docs: /api-reference/workspaces/list",
    }
}

operation! {
    /// Makes a workspace for a client.
    ///
    /// Without the Agency plan the server refuses it (403). A repeat makes a second workspace.
    workspaces.create: CreateWorkspace => Workspace {
        POST "/workspaces",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error],
        source: "docs: /api-reference/workspaces/create",
    }
}

operation! {
    /// Deletes a workspace: its client sees nothing any more.
    ///
    /// Its agents, with their campaigns and conversations, stay in the team. Without the Agency plan the server refuses it (403).
    /// When an attempt had to be repeated, `not_found` can mean that the first one has done the work.
    workspaces.delete: DeleteWorkspace => WorkspaceDeleted {
        DELETE "/workspaces/{workspaceId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [forbidden, not_found],
        source: "docs: /api-reference/workspaces/delete",
    }
}

operation! {
    /// Invites a user of a client to a workspace by e-mail.
    ///
    /// The mail comes from the agency's own domain where it has one. Who is a member already is refused (409).
    /// Without the Agency plan the server refuses it (403). A repeat may send a second mail.
    workspaces.invite_client: InviteClient => ClientInvited {
        POST "/workspaces/{workspaceId}/invite",
        group: per_operation, tier: Low, price: 1, retry: UnsafeWrite, paging: none,
        errors: [validation_error, not_found],
        source: "docs: /api-reference/workspaces/invite-client",
    }
}

operation! {
    /// Ends the access of one user of a client.
    ///
    /// Without the Agency plan the server refuses it (403). When an attempt had to be repeated, `not_found` can mean that the
    /// first one has done the work.
    workspaces.remove_client: RemoveClient => ClientRemoved {
        DELETE "/workspaces/{workspaceId}/clients",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [validation_error, not_found],
        source: "docs: /api-reference/workspaces/remove-client",
    }
}

operation! {
    /// Shows an agent to a client, with all its campaigns, conversations and prospects.
    ///
    /// Without the Agency plan the server refuses it (403).
    workspaces.assign_agent: AssignAgent => AgentAssigned {
        POST "/workspaces/{workspaceId}/agents/{agentId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [forbidden, not_found],
        source: "docs: /api-reference/workspaces/assign-agent",
    }
}

operation! {
    /// Hides an agent from a client again; the agent itself stays.
    ///
    /// Without the Agency plan the server refuses it (403). When an attempt had to be repeated, `not_found` can mean that the
    /// first one has done the work.
    workspaces.unassign_agent: UnassignAgent => AgentUnassigned {
        DELETE "/workspaces/{workspaceId}/agents/{agentId}",
        group: per_operation, tier: Low, price: 1, retry: SafeWrite, paging: none,
        errors: [forbidden, not_found],
        source: "docs: /api-reference/workspaces/unassign-agent",
    }
}
