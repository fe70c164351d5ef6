//! Calls through AI Gateway: its paths, its headers, its cache.

use workers_ai_local::Server;

use crate::wire::{Ask, Got, LLAMA, post, run, usual};

const PROMPT: &str = r#"{"prompt":"Hello"}"#;

fn through<'a>() -> Ask<'a> {
    run(LLAMA, PROMPT).header("cf-aig-gateway-id", "default")
}

#[test]
fn headers() {
    let server = usual();
    let plain = run(LLAMA, PROMPT).send(&server);
    assert!(
        plain
            .headers
            .iter()
            .all(|(name, _)| !name.starts_with("cf-aig-"))
    );
    let got = through().header("cf-aig-event-id", "mine").send(&server);
    assert_eq!(got.header("cf-aig-cache-status"), Some("MISS"));
    assert_eq!(got.header("cf-aig-event-id"), Some("mine"));
    assert_eq!(got.header("cf-aig-step"), Some("0"));
    assert_eq!(got.header("cf-aig-model"), Some(LLAMA));
    assert_eq!(got.header("cf-aig-provider"), Some("workers-ai"));
    assert!(got.header("cf-aig-log-id").is_some() && got.header("cf-aig-request-id").is_some());
    let got = through()
        .header("cf-aig-collect-log", "false")
        .send(&server);
    assert_eq!(got.header("cf-aig-log-id"), None);
}

fn cache(server: &Server, ask: &Ask<'_>) -> (String, String) {
    let Got { body, headers, .. } = ask.send(server);
    let status = headers
        .into_iter()
        .find(|(name, _)| name == "cf-aig-cache-status");
    (
        status.expect("a status").1,
        String::from_utf8(body).expect("text"),
    )
}

#[test]
fn the_cache_is_used_by_those_who_ask() {
    let server = usual();
    let ttl = || through().header("cf-aig-cache-ttl", "60");
    assert_eq!(cache(&server, &through()).0, "MISS");
    assert_eq!(cache(&server, &through()).0, "MISS");
    let first = cache(&server, &ttl());
    let second = cache(&server, &ttl());
    assert_eq!((first.0.as_str(), second.0.as_str()), ("MISS", "HIT"));
    assert_eq!(first.1, second.1);
    assert_eq!(
        cache(&server, &ttl().header("cf-aig-skip-cache", "true")).0,
        "MISS"
    );
    assert_eq!(
        cache(&server, &through().header("cf-aig-cache-ttl", "1")).0,
        "MISS"
    );
    let keyed = |prompt: &str| {
        run(LLAMA, format!(r#"{{"prompt":"{prompt}"}}"#))
            .header("cf-aig-gateway-id", "default")
            .header("cf-aig-cache-key", "k")
    };
    let first = cache(&server, &keyed("one"));
    assert_eq!(cache(&server, &keyed("two")), ("HIT".to_owned(), first.1));
}

#[test]
fn what_is_kept_belongs_to_one_account_and_one_question() {
    let server = usual();
    let ask = |account: &str, query: &str| {
        let path = format!("/client/v4/accounts/{account}/ai/run/@cf/deepgram/nova-3{query}");
        let ask = post("", "RIFF")
            .at(&path)
            .header("content-type", "audio/wav");
        let ask = ask
            .header("cf-aig-gateway-id", "g")
            .header("cf-aig-cache-ttl", "60");
        cache(&server, &ask).0
    };
    for (account, query, status) in [
        ("one", "?diarize=true", "MISS"),
        ("one", "?diarize=true", "HIT"),
        ("one", "?diarize=false", "MISS"),
        ("other", "?diarize=true", "MISS"),
    ] {
        assert_eq!(ask(account, query), status, "{account} {query}");
    }
}

#[test]
fn refusals_are_not_kept() {
    let server = usual();
    let bad = || {
        run(LLAMA, "{}")
            .header("cf-aig-gateway-id", "g")
            .header("cf-aig-cache-ttl", "60")
    };
    assert_eq!(bad().send(&server).status, 400);
    assert_eq!(bad().send(&server).status, 400);
}

#[test]
fn the_gateway_has_paths_of_its_own() {
    let server = usual();
    assert!(server.gateway_url().ends_with("/v1"));
    let chat =
        format!(r#"{{"model":"workers-ai/{LLAMA}","messages":[{{"role":"user","content":"a"}}]}}"#);
    let plain = chat.replace("workers-ai/", "");
    for (path, body, status) in [
        (format!("/v1/acc/gw/workers-ai/{LLAMA}"), PROMPT, 200),
        (format!("/v1/acc/gw/workers-ai/run/{LLAMA}"), PROMPT, 200),
        (
            "/v1/acc/gw/workers-ai/v1/chat/completions".to_owned(),
            &plain,
            200,
        ),
        ("/v1/acc/gw/compat/chat/completions".to_owned(), &chat, 200),
        ("/v1/acc/gw/openai/chat/completions".to_owned(), &chat, 400),
        ("/v1/acc".to_owned(), &chat, 400),
        ("/v1/acc/gw".to_owned(), &chat, 400),
    ] {
        let got = post("", body).at(&path).send(&server);
        assert_eq!(got.status, status, "{path}: {}", got.text());
        assert_eq!(got.header("cf-aig-step").is_some(), status == 200, "{path}");
    }
}
