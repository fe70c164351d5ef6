//! Marks of what an answer says have to stand where something can say it.

use crate::emit::says;
use crate::fault::Faults;
use crate::ir::{Api, Def, Field, Says, Type};

const QUESTIONS: [&str; 4] = ["text", "reasoning", "tool_calls", "usage"];

/// A fault for each mark that nothing can come of.
pub(crate) fn check(api: &Api, faults: &mut Faults) {
    for def in api.defs.iter().filter(|def| def.response) {
        let fields = def.fields();
        if let Some(message) = whole(api, def, fields) {
            faults.add(&def.place, message);
        }
        for field in fields {
            if let Some(message) = part(api, field) {
                let place = def.place.at("properties").at(&field.wire).at("x-says");
                faults.add(&place, message);
            }
        }
    }
}

fn whole(api: &Api, def: &Def, fields: &[Field]) -> Option<String> {
    let (known, what, names) = match def.says? {
        Says::Usage => (
            says::is_bill(api, fields),
            "usage",
            "prompt_tokens, completion_tokens, total_tokens or neurons",
        ),
        _ => (
            says::is_call(api, fields),
            "a tool call",
            "name, arguments or function",
        ),
    };
    (!known).then(|| format!("says {what}, but is no object with {names} of the right type"))
}

fn part(api: &Api, field: &Field) -> Option<String> {
    let leads = |question: &str| says::leads_to(api, &field.ty, question);
    let any = || QUESTIONS.iter().any(|question| leads(question));
    let (right, expected) = match field.says? {
        Says::Text | Says::Reasoning => (leads("text"), "text"),
        Says::ToolCalls => (leads("tool_calls"), "tool calls"),
        Says::Usage => (leads("usage"), "usage"),
        Says::Part => (any(), "anything"),
        Says::First => (
            matches!(field.ty, Type::List(_)) && any(),
            "a list of what says anything",
        ),
    };
    (!right).then(|| format!("the mark expects {expected}, which this cannot say"))
}
