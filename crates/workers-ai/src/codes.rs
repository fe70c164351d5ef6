//! The service's error codes, by meaning: one meaning often has several.

use std::fmt::{self, Display};

use crate::error::ApiErrorKind;

/// One error as the service reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceMessage {
    /// Its number, if it has one.
    pub code: Option<u64>,
    /// Its name, where models of other makers have one in place of a number: `context_length_exceeded`.
    pub name: Option<String>,
    /// Its text, whole. It may repeat parts of a prompt.
    pub message: String,
}

impl ServiceMessage {
    pub(crate) fn new(code: Option<u64>, message: impl Into<String>) -> Self {
        Self {
            code,
            name: None,
            message: message.into(),
        }
    }

    pub(crate) fn named(mut self, name: Option<&str>) -> Self {
        self.name = name.map(str::to_owned);
        self
    }
}

/// Its number or name, and its text, whole.
impl Display for ServiceMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, &self.name) {
            (Some(code), _) => write!(f, "code {code}: ")?,
            (None, Some(name)) => write!(f, "{name}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)
    }
}

pub(crate) const AUTH: &[u64] = &[2009, 6003, 10000];
pub(crate) const PERMISSION: &[u64] = &[3023, 3041, 5016, 5018, 5035, 9109];
pub(crate) const RATE_LIMITED: &[u64] = &[2003, 3021, 7505];
pub(crate) const CAPACITY: &[u64] = &[3040];
pub(crate) const QUOTA: &[u64] = &[2021, 2041, 2045, 3036, 4006];
pub(crate) const TOO_LONG: &[u64] = &[3006, 5021, 7506];
pub(crate) const UNKNOWN_MODEL: &[u64] = &[2008, 3042, 5007, 7001, 7502];
pub(crate) const RETIRED: &[u64] = &[5028];
pub(crate) const NEEDS_AGREEMENT: &[u64] = &[5016];
pub(crate) const VALIDATION: &[u64] = &[5004, 5006, 5012, 7504, 8001];

/// Codes that decide what an error means, whatever the status says.
const DECISIVE: [(&[u64], ApiErrorKind); 10] = [
    (QUOTA, ApiErrorKind::Quota),
    (CAPACITY, ApiErrorKind::Capacity),
    (RATE_LIMITED, ApiErrorKind::RateLimited),
    (AUTH, ApiErrorKind::Auth),
    (PERMISSION, ApiErrorKind::Permission),
    (UNKNOWN_MODEL, ApiErrorKind::UnknownModel),
    (&[3006, 5021], ApiErrorKind::TooLarge),
    (&[3007, 3008, 3046], ApiErrorKind::ServerTimeout),
    (
        &[
            2001, 2016, 2017, 2029, 2030, 3003, 3025, 3030, 3039, 5004, 5005, 5006, 5012, 5019,
            5028, 7000, 7003, 7504, 7506, 8001, 8007,
        ],
        ApiErrorKind::BadRequest,
    ),
    (&[3043, 3050], ApiErrorKind::Server),
];

/// What an error means: its codes decide, then its status. Codes that refuse a request also stand for failures of a
/// model's own service, which the status or the text tells.
pub(crate) fn classify(status: u16, messages: &[ServiceMessage]) -> ApiErrorKind {
    let known = codes(messages).find_map(|code| {
        let (_, kind) = DECISIVE.iter().find(|(set, _)| set.contains(&code))?;
        Some(*kind)
    });
    let known = known.or_else(|| messages.iter().find_map(by_text));
    match known.unwrap_or_else(|| by_status(told(status, messages))) {
        ApiErrorKind::BadRequest if status >= 500 || messages.iter().any(speaks_of_failure) => {
            ApiErrorKind::Server
        }
        kind => kind,
    }
}

fn codes(messages: &[ServiceMessage]) -> impl Iterator<Item = u64> {
    messages.iter().filter_map(|message| message.code)
}

/// The status; or where that speaks of success, the one that a model's own server gave as the code.
fn told(status: u16, messages: &[ServiceMessage]) -> u16 {
    let is_failure = |status: &u16| (400..600).contains(status);
    if is_failure(&status) {
        return status;
    }
    let mut codes = codes(messages).filter_map(|code| u16::try_from(code).ok());
    codes.find(is_failure).unwrap_or(status)
}

/// What messages without a number say where they mean what others have one for.
const PHRASES: [(&str, ApiErrorKind); 4] = [
    ("used up your daily free allocation", ApiErrorKind::Quota),
    ("capacity temporarily exceeded", ApiErrorKind::Capacity),
    ("aierror: request timeout", ApiErrorKind::ServerTimeout),
    ("model not found", ApiErrorKind::UnknownModel),
];

/// What names for a number mean.
const NAMES: [(&str, ApiErrorKind); 4] = [
    ("insufficient_quota", ApiErrorKind::Quota),
    ("rate_limit_exceeded", ApiErrorKind::RateLimited),
    ("context_length_exceeded", ApiErrorKind::BadRequest),
    ("invalid_prompt", ApiErrorKind::BadRequest),
];

fn by_text(message: &ServiceMessage) -> Option<ApiErrorKind> {
    if message.code.is_some() {
        return None;
    }
    let text = message.message.to_ascii_lowercase();
    let mut phrases = PHRASES.iter();
    let told = phrases.find(|(phrase, _)| text.contains(phrase));
    let named = || {
        let name = message.name.as_deref()?;
        NAMES.iter().find(|(known, _)| *known == name)
    };
    let (_, kind) = told.or_else(named)?;
    Some(*kind)
}

fn by_status(status: u16) -> ApiErrorKind {
    match status {
        401 => ApiErrorKind::Auth,
        402 => ApiErrorKind::Quota,
        403 => ApiErrorKind::Permission,
        408 => ApiErrorKind::ServerTimeout,
        413 => ApiErrorKind::TooLarge,
        429 => ApiErrorKind::RateLimited,
        400..=499 => ApiErrorKind::BadRequest,
        _ => ApiErrorKind::Server,
    }
}

/// Code 3030 also passes on that a model's own service failed.
fn speaks_of_failure(message: &ServiceMessage) -> bool {
    let text = message.message.to_ascii_lowercase();
    message.code == Some(3030) && text.contains("internal server error")
}

/// What to do about a code.
pub(crate) fn hint(code: u64) -> Option<&'static str> {
    Some(match code {
        3036 | 4006 => {
            "the daily free allocation is used up until 00:00 UTC, or until the plan is upgraded"
        }
        5016 => "accept the model's terms for this account first",
        5028 => "the model was withdrawn",
        5035 => "the model needs the Workers Paid plan",
        2008 | 5007 | 7502 => "check the spelling of the model's id",
        7504 => "compare the input with what the model takes",
        2001 => "create the AI Gateway first, or name one that the account has",
        3006 | 5021 | 7506 => "send less at once",
        7000 | 7003 => "check the account id and the base URL",
        2009 | 6003 | 10000 => "check the API token and its Workers AI permission",
        _ => return None,
    })
}

/// What a message about length says.
const LENGTH: &[&str] = &[
    "context length",
    "context window",
    "max context",
    "too long",
    "maximum length",
    "too many tokens",
];

/// What a message of code 8007 says where it is not about length.
const OTHER_FAULTS: &[&str] = &["nsfw", "flagged", "invalid", "validation"];

/// Codes 3030, 5006 and 8007 stand for many faults, 8007 mostly for this one, and a status or no code for any; the text
/// tells whether it is about length. A name says it itself.
pub(crate) fn speaks_of_length(message: &ServiceMessage) -> bool {
    if message.name.as_deref() == Some("context_length_exceeded") {
        return true;
    }
    let text = message.message.to_ascii_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    match message.code {
        None | Some(3030 | 5006 | 400..=499) => says(LENGTH),
        Some(8007) => says(LENGTH) || !says(OTHER_FAULTS),
        _ => false,
    }
}

/// Where there is no number, the text says that the input does not fit.
pub(crate) fn speaks_of_validation(message: &ServiceMessage) -> bool {
    message.code.is_none() && message.message.contains("AiError: Bad input: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, code: u64) -> ApiErrorKind {
        classify(status, &[ServiceMessage::new(Some(code), "")])
    }

    #[test]
    fn a_message_shows_how_the_service_calls_it() {
        let cases = [
            (
                ServiceMessage::new(Some(3040), "No room"),
                "code 3040: No room",
            ),
            (
                ServiceMessage::new(None, "No room").named(Some("full")),
                "full: No room",
            ),
            (ServiceMessage::new(None, "No room"), "No room"),
        ];
        for (message, expected) in cases {
            assert_eq!(message.to_string(), expected);
        }
    }

    #[test]
    fn codes_decide_over_the_status() {
        assert_eq!(kind(429, 3036), ApiErrorKind::Quota);
        assert_eq!(kind(400, 4006), ApiErrorKind::Quota);
        assert_eq!(kind(400, 3040), ApiErrorKind::Capacity);
        assert_eq!(kind(429, 3021), ApiErrorKind::RateLimited);
        assert_eq!(kind(400, 10000), ApiErrorKind::Auth);
        assert_eq!(kind(404, 3042), ApiErrorKind::UnknownModel);
        assert_eq!(kind(404, 7003), ApiErrorKind::BadRequest);
        assert_eq!(kind(410, 5028), ApiErrorKind::BadRequest);
    }

    #[test]
    fn the_codes_of_the_api_reference_come_with_a_remedy() {
        // The meaning of 7505 says itself to wait.
        for code in [7502, 7504, 7506] {
            assert!(hint(code).is_some(), "{code}");
        }
    }

    #[test]
    fn the_codes_of_the_api_reference_are_known() {
        assert_eq!(kind(404, 7502), ApiErrorKind::UnknownModel);
        assert_eq!(kind(400, 7504), ApiErrorKind::BadRequest);
        assert_eq!(kind(400, 7505), ApiErrorKind::RateLimited);
        assert_eq!(kind(400, 7506), ApiErrorKind::BadRequest);
        assert!(TOO_LONG.contains(&7506) && VALIDATION.contains(&7504));
    }

    #[test]
    fn what_a_gateway_blocks_is_refused_and_what_it_does_not_pay_for_is_used_up() {
        for code in [2016, 2017, 2029, 2030] {
            assert_eq!(kind(424, code), ApiErrorKind::BadRequest);
            assert_eq!(kind(200, code), ApiErrorKind::BadRequest);
        }
        for code in [2021, 2041, 2045] {
            assert_eq!(kind(429, code), ApiErrorKind::Quota);
        }
    }

    #[test]
    fn a_status_as_a_code_speaks_where_the_status_says_nothing() {
        for (code, expected) in [
            (400, ApiErrorKind::BadRequest),
            (408, ApiErrorKind::ServerTimeout),
            (429, ApiErrorKind::RateLimited),
            (503, ApiErrorKind::Server),
            (200, ApiErrorKind::Server),
            (70_000, ApiErrorKind::Server),
        ] {
            assert_eq!(kind(200, code), expected, "{code}");
            assert_eq!(kind(401, code), ApiErrorKind::Auth, "{code}");
        }
    }

    #[test]
    fn without_a_number_the_name_or_the_text_tells() {
        let said = |text, name| ServiceMessage::new(None, text).named(name);
        for (message, expected) in [
            (
                said(
                    "AiError: You have used up your daily free allocation of 10 neurons (1f)",
                    None,
                ),
                ApiErrorKind::Quota,
            ),
            (said("Model not found: m", None), ApiErrorKind::UnknownModel),
            (said("", Some("insufficient_quota")), ApiErrorKind::Quota),
            (
                said("", Some("rate_limit_exceeded")),
                ApiErrorKind::RateLimited,
            ),
            (said("", Some("invalid_prompt")), ApiErrorKind::BadRequest),
            (
                said("AiError: Capacity temporarily exceeded, wait", None),
                ApiErrorKind::Capacity,
            ),
            (
                said(
                    "AiError: AiError: Request timeout (1f)",
                    Some("invalid_prompt"),
                ),
                ApiErrorKind::ServerTimeout,
            ),
        ] {
            for status in [200, 400, 429] {
                let kind = classify(status, std::slice::from_ref(&message));
                assert_eq!(kind, expected, "{message}");
            }
            let numbered = ServiceMessage {
                code: Some(5004),
                ..message
            };
            assert_eq!(classify(429, &[numbered]), ApiErrorKind::BadRequest);
        }
        for other in [
            "This allocation is busy",
            "a request timeout of 5 s is too long",
        ] {
            assert_eq!(
                classify(429, &[said(other, None)]),
                ApiErrorKind::RateLimited
            );
        }
    }

    #[test]
    fn codes_of_gateways_and_of_newer_models_are_known() {
        assert_eq!(kind(400, 2001), ApiErrorKind::BadRequest);
        assert_eq!(kind(400, 2008), ApiErrorKind::UnknownModel);
        assert_eq!(kind(200, 2009), ApiErrorKind::Auth);
        assert_eq!(kind(200, 3046), ApiErrorKind::ServerTimeout);
        assert_eq!(kind(400, 5021), ApiErrorKind::TooLarge);
        assert!(AUTH.contains(&2009) && UNKNOWN_MODEL.contains(&2008) && TOO_LONG.contains(&5021));
    }

    #[test]
    fn the_status_tells_whether_a_model_refused_or_failed() {
        assert_eq!(kind(422, 5012), ApiErrorKind::BadRequest);
        assert_eq!(kind(529, 5012), ApiErrorKind::Server);
        assert_eq!(kind(500, 3030), ApiErrorKind::Server);
        assert_eq!(kind(200, 3030), ApiErrorKind::BadRequest);
        let passed_on = ServiceMessage::new(Some(3030), "AiError: Internal Server Error (1f)");
        assert_eq!(classify(400, &[passed_on]), ApiErrorKind::Server);
    }

    #[test]
    fn an_unknown_code_leaves_it_to_the_status() {
        assert_eq!(kind(429, 99_999), ApiErrorKind::RateLimited);
        assert_eq!(kind(418, 99_999), ApiErrorKind::BadRequest);
        assert_eq!(kind(500, 99_999), ApiErrorKind::Server);
        assert_eq!(kind(200, 99_999), ApiErrorKind::Server);
    }

    #[test]
    fn length_is_read_from_the_text_only_for_the_grab_bags() {
        let said = |code, text: &str| speaks_of_length(&ServiceMessage::new(Some(code), text));
        assert!(said(
            5006,
            "Error: this model's maximum Context Length is 10"
        ));
        assert!(!said(5006, "required properties at '/' are 'prompt'"));
        assert!(!said(5004, "too long"));
        let of_others = |code| speaks_of_length(&ServiceMessage::new(code, "context length is 10"));
        assert!(of_others(None) && of_others(Some(400)) && !of_others(Some(5004)));
        assert!(said(3030, "Max context reached 70 tokens, model has 60"));
        for text in ["", "The maximum context length is 10", "invalid: too long"] {
            assert!(said(8007, text), "{text}");
        }
        for text in ["The prompt has NSFW content", "1 validation error"] {
            assert!(!said(8007, text), "{text}");
        }
        let named = |name| speaks_of_length(&ServiceMessage::new(None, "").named(Some(name)));
        assert!(named("context_length_exceeded") && !named("too long"));
    }
}
