//! What the service says when it refuses: code, status, message, and in which of its two dialects.

use serde_json::{Value, json};

use crate::{object::put, reply::Reply};

/// A request that is not answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) status: u16,
    pub(crate) message: String,
    /// Entries beside the first, such as the second one of a bad path.
    more: Vec<(u32, String)>,
    /// Causes of the first entry.
    chain: Vec<(u32, String)>,
}

/// One row of the table of errors.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) code: u32,
    pub(crate) status: u16,
    message: &'static str,
}

/// The errors the service is known to use.
pub(crate) const KNOWN: [Known; 46] = [
    row(
        "incomplete",
        3003,
        400,
        "Incomplete request: headers or body are missing",
    ),
    row("too-large", 3006, 413, "Request is too large"),
    row("timeout", 3007, 408, "Request timed out"),
    row("aborted", 3008, 408, "Request was aborted"),
    row("rate-limit", 3021, 429, "Too many requests in this minute"),
    row("account-blocked", 3023, 403, "Account is blocked"),
    row("parameters", 3025, 400, "Backend refused a parameter"),
    row(
        "flagged",
        3030,
        400,
        "Input was flagged or does not fit the context",
    ),
    row(
        "account-limited",
        3036,
        429,
        "Daily free allocation of 10,000 neurons is used up",
    ),
    row(
        "no-finetune-files",
        3039,
        400,
        "Finetune lacks required files",
    ),
    row(
        "capacity",
        3040,
        429,
        "Capacity temporarily exceeded, please try again",
    ),
    row(
        "private-model",
        3041,
        403,
        "Account is not allowed to use this private model",
    ),
    row("invalid-model", 3042, 404, "Invalid model id"),
    row("retries-exhausted", 3050, 503, "Retries are exhausted"),
    row(
        "quota",
        4006,
        429,
        "Daily free allocation of 10,000 neurons is used up",
    ),
    row(
        "invalid-data",
        5004,
        400,
        "Invalid data: base64 text expected",
    ),
    row("no-lora", 5005, 405, "Model does not support LoRA"),
    row("invalid-input", 5006, 400, "Bad input"),
    row("no-model", 5007, 400, "No such model or task"),
    row(
        "validation",
        5012,
        422,
        "Body failed the model's validation",
    ),
    row(
        "agreement",
        5016,
        403,
        "Model agreement has to be accepted first: send the prompt 'agree'",
    ),
    row(
        "not-allowed",
        5018,
        403,
        "Account is not allowed to use this model",
    ),
    row("old-sdk", 5019, 405, "SDK version is deprecated"),
    row("retired", 5028, 410, "Model was retired"),
    row("paid-only", 5035, 403, "Model needs the Workers Paid plan"),
    row("bad-headers", 6003, 400, "Invalid request headers"),
    row("no-route", 7000, 404, "No route for that URI"),
    row("upstream-no-model", 7001, 404, "Model not found"),
    row(
        "bad-account",
        7003,
        404,
        "Could not route to that path, perhaps the object identifier is invalid?",
    ),
    row("upstream-input", 8001, 400, "Invalid input"),
    row("internal", 8005, 500, "Internal error"),
    row(
        "forced-tool",
        8006,
        400,
        "Forced tool call did not fit into the tokens",
    ),
    row("context", 8007, 400, "Context length exceeded"),
    row(
        "forbidden-resource",
        9109,
        403,
        "Token may not use that resource",
    ),
    row("auth", 10000, 401, "Authentication error"),
    row("server-error", 1101, 500, "Internal server error"),
    row("unavailable", 1200, 503, "Service is unavailable"),
    row("model-broke", 1001, 400, "Invalid input"),
    row("model-timeout", 3046, 408, "The model took too long"),
    row(
        "too-long",
        5021,
        413,
        "Input is longer than the model's context",
    ),
    row("no-gateway", 2001, 400, "The account has no such gateway"),
    row(
        "gateway-no-model",
        2008,
        400,
        "The gateway knows no such model",
    ),
    row(
        "gateway-auth",
        2009,
        401,
        "The gateway wants a token of its own",
    ),
    row(
        "gateway-rate-limit",
        2003,
        429,
        "Rate limited by the gateway",
    ),
    row(
        "gateway-balance",
        2021,
        402,
        "No balance left on the gateway",
    ),
    row(
        "gateway-spending",
        2045,
        429,
        "Spending limit of the gateway is reached",
    ),
];

const fn row(name: &'static str, code: u32, status: u16, message: &'static str) -> Known {
    Known {
        name,
        code,
        status,
        message,
    }
}

/// The row with this code.
pub(crate) fn by_code(code: u32) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.code == code)
}

/// The row with this name.
pub(crate) fn by_name(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

impl Refusal {
    /// The error with this code, in the words of the table.
    pub(crate) fn of(code: u32) -> Self {
        let known = by_code(code);
        let message = known.map_or("Error", |known| known.message);
        Self::says(code, message)
    }

    /// The error with this code, in words of its own.
    pub(crate) fn says(code: u32, message: impl Into<String>) -> Self {
        Refusal {
            code,
            status: by_code(code).map_or(400, |known| known.status),
            message: message.into(),
            more: Vec::new(),
            chain: Vec::new(),
        }
    }

    /// A path that leads nowhere.
    pub(crate) fn no_route() -> Self {
        let mut refusal = Self::of(7000);
        refusal.status = 400;
        refusal
    }

    /// A path with the wrong account in it.
    pub(crate) fn bad_account(path: &str) -> Self {
        let message =
            format!("Could not route to {path}, perhaps your object identifier is invalid?");
        let mut refusal = Self::says(7003, message);
        refusal
            .more
            .push((7000, "No route for that URI".to_owned()));
        refusal
    }

    /// A path that knows other methods only.
    pub(crate) fn no_method(method: &str) -> Self {
        let message = format!("Method {method} not available for that URI.");
        Self::says(7001, message).with_status(405)
    }

    /// A token that cannot be one.
    pub(crate) fn malformed_token() -> Self {
        let mut refusal = Self::of(6003);
        refusal
            .chain
            .push((6111, "Invalid format for Authorization header".to_owned()));
        refusal
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Whether the network edge or the routing says it, and not the AI layer.
    fn is_edge(&self) -> bool {
        matches!(self.code, 6003 | 9109 | 10000) || (7000..7100).contains(&self.code)
    }

    fn is_gateway(&self) -> bool {
        (2000..2100).contains(&self.code)
    }

    /// The body, in the dialect of the layer that refuses. `id` is that of the request.
    pub(crate) fn body(&self, id: &str) -> Value {
        if self.is_gateway() {
            return json!({
                "success": false,
                "result": [],
                "messages": [],
                "error": [{"code": self.code, "message": self.message}],
                "name": "AiGatewayError",
                "httpCode": self.status,
                "internalCode": self.code,
            });
        }
        if !self.is_edge() {
            let message = format!("AiError: AiError: {} ({id})", self.message);
            return json!({
                "errors": [{"message": message, "code": self.code}],
                "success": false,
                "result": {},
                "messages": [],
            });
        }
        let entry = |(code, message): &(u32, String)| json!({"code": code, "message": message});
        let mut first = json!({"code": self.code, "message": self.message});
        if !self.chain.is_empty() {
            put(
                &mut first,
                "error_chain",
                self.chain.iter().map(entry).collect::<Value>(),
            );
        }
        let errors: Vec<Value> = std::iter::once(first)
            .chain(self.more.iter().map(entry))
            .collect();
        json!({"result": null, "success": false, "errors": errors, "messages": []})
    }

    /// The whole answer. The id of the inference stands in it once the AI layer was reached.
    pub(crate) fn reply(&self, id: &str) -> Reply {
        let reply = Reply::json(self.status, &self.body(id));
        if self.is_edge() {
            reply
        } else {
            reply.header("cf-ai-req-id", id)
        }
    }
}
