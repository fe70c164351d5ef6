//! A server that answers with what it was given, as fast as it is asked: no part of what is measured.

use std::{collections::HashMap, io, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    Fault, runtime,
    work::{self, Work},
};

type Answers = HashMap<&'static str, (Work, Vec<Vec<u8>>)>;

/// Prints its port and serves until it is killed. The path or the query names the work.
///
/// # Errors
///
/// If no port is free, or a connection cannot be taken.
pub fn serve() -> Result<(), Fault> {
    Ok(runtime(false)?.block_on(listen())?)
}

async fn listen() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let mut answers: Answers = work::ALL
        .into_iter()
        .map(|work| (work.name(), (work, work.answer())))
        .collect();
    answers.insert("openai", (Work::Chat, vec![work::OPENAI.into()]));
    let answers = Arc::new(answers);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = answers.clone();
        // A client that leaves is no fault of the server's.
        tokio::spawn(async move { connection(stream, &answers).await.unwrap_or_default() });
    }
}

async fn connection(mut stream: TcpStream, answers: &Answers) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(64 << 10);
    loop {
        let head = loop {
            if let Some(end) = find(&buffer, b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let mut left = body_length(&text).saturating_sub(buffer.len() - head);
        buffer.clear();
        while left > 0 {
            let read = stream.read_buf(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            left = left.saturating_sub(read);
            buffer.clear();
        }
        let path = text.split(' ').nth(1).unwrap_or_default();
        let named = answers
            .iter()
            .find(|(name, _)| path.contains(&format!("work={name}")));
        let named = named.map(|(_, answer)| answer);
        // A small call is as it is in real life, without a query.
        let is_chat = path.ends_with(Work::Chat.model());
        let found = named.or_else(|| answers.get(Work::Chat.name()).filter(|_| is_chat));
        let Some((work, pieces)) = found else {
            return stream
                .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                .await;
        };
        let kind = work.content_type();
        if pieces.len() == 1 {
            let length = pieces[0].len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\ncf-ai-req-id: 1\r\ncf-ray: 2\r\n\r\n"
            );
            stream
                .write_all(&[head.as_bytes(), &pieces[0]].concat())
                .await?;
            continue;
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        // Written together, so that the size of a piece is all that differs.
        let mut together = Vec::with_capacity(128 << 10);
        let (end, pieces) = pieces.split_last().ok_or(io::ErrorKind::InvalidData)?;
        let all = (0..work.repeats()).flat_map(|_| pieces);
        for piece in all.chain([end]) {
            together.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            together.extend_from_slice(piece);
            together.extend_from_slice(b"\r\n");
            if together.len() > 64 << 10 {
                stream.write_all(&together).await?;
                together.clear();
            }
        }
        together.extend_from_slice(b"0\r\n\r\n");
        stream.write_all(&together).await?;
    }
}

fn body_length(head: &str) -> usize {
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    line.and_then(|value| value.trim().parse().ok())
        .unwrap_or(0)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
