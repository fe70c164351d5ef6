//! Who calls: what is no token, key or account makes no client, and is not printed.

use std::ffi::OsString;

use workers_ai::{Client, ErrorKind, Gateway};

use crate::{
    server::{Server, result},
    support::{ACCOUNT, SECRET, assert_clean, builder, client, phrase, printed},
};

/// What looks like a secret and is none, with what is wrong with it.
const BAD_SECRETS: [(&str, &str); 15] = [
    ("", "blank"),
    (" ", "blank"),
    ("\t", "blank"),
    ("\r\n", "blank"),
    (" cAnArY-secret", "space"),
    ("cAnArY-secret ", "space"),
    ("cAnArY-secret x", "space"),
    ("cAnArY-secret\tx", "control character"),
    ("cAnArY-secret\nx", "line end"),
    ("cAnArY-secret\r\nx: y", "line end"),
    ("cAnArY-secret\n\n", "line end"),
    ("cAnArY-secret\0", "control character"),
    ("cAnArY-secret\u{7f}", "control character"),
    ("cAnArY-secret\u{e9}", "not ASCII"),
    ("Bearer cAnArY-secret", "Bearer"),
];

#[tokio::test]
async fn a08_a09_a10_bad_credentials_build_no_client() {
    let server = Server::always(result("{\"response\":\"hi\"}")).await;
    let nobody = || {
        Client::builder()
            .account_id(ACCOUNT)
            .base_url(&server.url)
            .allow_loopback(true)
    };
    for (secret, wrong) in BAD_SECRETS {
        let mut errors = vec![
            ("API token", nobody().api_token(secret).build()),
            (
                "API token",
                nobody()
                    .env_from(|name| {
                        let is_token = name == "CLOUDFLARE_API_TOKEN";
                        is_token.then(|| OsString::from(secret))
                    })
                    .build(),
            ),
        ];
        if wrong != "Bearer" {
            errors.push((
                "API key",
                nobody().api_key("me@example.com", secret).build(),
            ));
            let address = format!("me@{secret}");
            if !secret.trim().is_empty() {
                errors.push((
                    "e-mail address",
                    nobody().api_key(address, "any-key").build(),
                ));
            }
        }
        for (named, outcome) in errors {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{secret:?}");
            let text = printed(&error);
            // In the environment blank is the same as missing.
            let missing = text.contains("CLOUDFLARE_API_TOKEN") && secret.trim().is_empty();
            assert!(
                missing || text.contains(named) && text.contains(wrong),
                "{secret:?} {named}: {text}"
            );
        }
        let gateway = Gateway::new("g").authorization(secret);
        assert_clean(&format!("{gateway:?}"));
        let error = client(&server)
            .run(phrase())
            .gateway(gateway)
            .await
            .unwrap_err();
        let text = printed(&error);
        assert!(
            text.contains("the gateway's token") && text.contains(wrong),
            "{secret:?}: {text}"
        );
    }
    let error = nobody().api_key("nobody", SECRET).build().unwrap_err();
    assert!(printed(&error).contains("e-mail address"));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn u09_bad_accounts_are_refused_everywhere_and_not_shown() {
    let server = Server::always(result("{\"response\":\"hi\"}")).await;
    let upper = ACCOUNT.to_uppercase();
    let padded = format!("{ACCOUNT}\n");
    let path = format!("{ACCOUNT}/../x");
    for id in [
        "",
        " ",
        "my-account",
        "../../user",
        &ACCOUNT[1..],
        &upper,
        &padded,
        &path,
        "0123456789abcdef0123456789abcde/",
        "0123456789abcdef0123456789abcde\u{e9}",
    ] {
        let built = builder(&server).account_id(id).build().unwrap_err();
        let called = client(&server)
            .run(phrase())
            .account_id(id)
            .await
            .unwrap_err();
        for error in [built, called] {
            assert_eq!(error.kind(), ErrorKind::Config, "{id:?}");
            let text = printed(&error);
            assert!(text.contains("account id"), "{text}");
            assert!(id.trim().is_empty() || !text.contains(id), "{text}");
        }
    }
    assert_eq!(server.connections(), 0);
}
