//! Large media on their way out: sent while they are read or made into base64, and on every attempt
//! the same.

use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::json;
use workers_ai::{
    Cap, ErrorKind, Stop, Upload,
    models::{Media, Model, ModelInfo, ModelInput, Task, Validate},
};

use crate::{
    http2::begin,
    listen::listen,
    server::{Server, failure, result},
    support::{HI, Painter, Said, builder, builder_at, client},
};

/// A model that listens.
struct Ear;

#[derive(Debug, Clone, Serialize)]
struct Sound {
    language: &'static str,
    audio: Media,
    task: &'static str,
}

impl Validate for Sound {}

impl ModelInput for Sound {
    type Model = Ear;
}

impl Model for Ear {
    const ID: &'static str = "@cf/example/ear";
    const INFO: &'static ModelInfo =
        &ModelInfo::new(Self::ID, "Ear", Task::AutomaticSpeechRecognition);
    type Input = Sound;
    type Output = Said;
}

fn sound(length: usize) -> Sound {
    let noise = (0..65_537_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    let noise: Vec<u8> = noise.collect();
    let mut bytes = noise.repeat(length.div_ceil(noise.len()));
    bytes.truncate(length);
    Sound {
        language: "en",
        audio: Media::new(bytes),
        task: "transcribe",
    }
}

fn wire(sound: &Sound) -> String {
    serde_json::to_string(sound).unwrap()
}

#[tokio::test]
async fn large_media_arrive_byte_for_byte_with_their_length() {
    let server = Server::always(result(HI)).await;
    let client = client(&server);
    for length in [0, 20_000, 49_152 + 3, 1_000_001] {
        let sound = sound(length);
        client.run(sound.clone()).await.unwrap();
        let seen = server.seen().pop().unwrap();
        let wire = wire(&sound);
        assert!(seen.body == wire.as_bytes(), "{length}");
        let announced = seen.header("content-length").unwrap();
        assert_eq!(announced, wire.len().to_string());
        assert_eq!(seen.header("transfer-encoding"), None);
        assert_eq!(seen.header("content-type"), Some("application/json"));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn every_attempt_sends_the_same() {
    let busy = failure(429, 3040);
    let server = Server::in_turn([busy.clone(), busy, result(HI)]).await;
    let sound = sound(300_000);
    let response = client(&server).run(sound.clone()).details().await.unwrap();
    assert_eq!(response.details.attempts(), 3);
    let wire = wire(&sound);
    assert_eq!(server.requests(), 3);
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.body == wire.as_bytes())
    );
}

#[tokio::test]
async fn fields_are_added_beside_large_media() {
    let server = Server::always(result(HI)).await;
    let sound = sound(100_000);
    let call = client(&server).run(sound.clone()).field("beam", 2);
    call.await.unwrap();
    let mut expected = serde_json::to_value(&sound).unwrap();
    expected["beam"] = json!(2);
    assert!(server.seen()[0].json() == expected);
}

#[tokio::test]
async fn u16_the_cap_counts_what_is_sent() {
    let server = Server::always(result(HI)).await;
    let sound = sound(300_000);
    let length = wire(&sound).len();
    for (cap, fits) in [(length - 1, false), (length, true)] {
        let client = builder(&server).max_request_bytes(cap).build().unwrap();
        match client.run(sound.clone()).await {
            Ok(_) => assert!(fits),
            Err(error) => {
                assert!(!fits);
                assert_eq!(error.kind(), ErrorKind::LimitExceeded(Cap::Request));
            }
        }
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn u17_over_http2_it_is_the_same() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let place = listen(move |_, stream| {
        let log = log.clone();
        async move {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let log = log.clone();
                tokio::spawn(async move {
                    let length = request.headers().get("content-length").cloned();
                    let mut body = request.into_body();
                    let mut all = Vec::new();
                    while let Some(Ok(chunk)) = body.data().await {
                        all.extend_from_slice(&chunk);
                        body.flow_control().release_capacity(chunk.len()).unwrap();
                    }
                    log.lock().unwrap().push((length, all));
                    begin(&mut respond, "application/json", HI, true);
                });
            }
        }
    })
    .await;
    let client = builder_at(&place.url()).http2_only(true).build().unwrap();
    for length in [1_000_001, 25 << 20] {
        let sound = sound(length);
        client.run(sound.clone()).await.unwrap();
        let wire = wire(&sound);
        let (length, body) = seen.lock().unwrap().pop().unwrap();
        let length = length.as_ref().and_then(|length| length.to_str().ok());
        assert_eq!(length, Some(&*wire.len().to_string()));
        assert!(body == wire.as_bytes());
    }
}

#[tokio::test]
async fn uploads_are_sent_while_they_are_read() {
    let server = Server::always(result(r#"{"image":"iVBORw0KGgo="}"#)).await;
    let file = vec![7; 200_000];
    let upload = Upload::reader("audio/wav", std::io::Cursor::new(file.clone()));
    client(&server)
        .upload::<Painter>(upload)
        .query("language", "de")
        .await
        .unwrap();
    let upload = Upload::reader("audio/wav", std::io::Cursor::new(file.clone())).length(200_000);
    client(&server).upload::<Painter>(upload).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].body, file);
    assert_eq!(seen[0].header("content-type"), Some("audio/wav"));
    assert!(seen[0].line().ends_with("?language=de HTTP/1.1"));
    assert_eq!(
        (
            seen[0].header("content-length"),
            seen[1].header("content-length")
        ),
        (None, Some("200000"))
    );
}

#[tokio::test]
async fn an_upload_is_sent_once() {
    let server = Server::always(failure(503, 1)).await;
    let upload = Upload::reader("audio/wav", &b"RIFF"[..]);
    let error = client(&server).upload::<Painter>(upload).await.unwrap_err();
    assert_eq!((error.stop(), server.requests()), (Some(Stop::Body), 1));
}
