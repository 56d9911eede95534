//! Playing what happens in a conversation.

use serde_json::json;

use super::{Order, Outcome, missing};
use crate::model::Message;

pub(super) fn change(order: &mut Order<'_>) -> Outcome {
    let (id, now) = (order.id, order.shared.clock.now());
    order.in_world(|world, order| {
        let status = order.take::<u16>("status")?;
        let paused = order.take::<bool>("paused")?;
        let qualification = order.take::<String>("qualification")?;
        let sent = order.take::<bool>("messageSent")?.unwrap_or(false);
        let replied = order.take::<bool>("replied")?.unwrap_or(false);
        order.nothing_left()?;
        let chat = world.chats.get_mut(id).ok_or_else(|| missing(format!("There is no chat {id}")))?;
        if sent || replied {
            chat.messages += u32::from(sent) + u32::from(replied);
            chat.transcript.extend(sent.then_some(Message { from_person: false, date: now }));
            chat.transcript.extend(replied.then_some(Message { from_person: true, date: now }));
            chat.last_message = Some(now);
        }
        if sent {
            chat.status = chat.status.max(3);
        }
        if replied {
            chat.responses += 1;
            chat.last_response = Some(now);
            chat.status = 4;
        }
        chat.status = status.unwrap_or(chat.status);
        chat.paused = paused.unwrap_or(chat.paused);
        chat.qualification = qualification.unwrap_or_else(|| chat.qualification.clone());
        chat.changed(now);
        Ok(json!({
            "id": chat.id,
            "prospectId": chat.person,
            "campaignId": chat.campaign,
            "status": chat.status,
            "paused": chat.paused,
            "qualification": chat.qualification,
            "messages": chat.messages,
            "responses": chat.responses,
            "lastMessage": chat.last_message.map(|time| time.iso()),
            "customData": chat.custom_data,
            "additionalFields": chat.additional_fields,
        }))
    })
}
