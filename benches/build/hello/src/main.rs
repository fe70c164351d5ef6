//! One call to a chat model: what it costs to build is compared with `build-bare`.

use workers_ai::{Client, models::Llama31_8bInstructFp8};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), workers_ai::Error> {
    let ai = Client::from_env()?;
    let question = Llama31_8bInstructFp8::prompt("Why is the sky blue?").max_tokens(64);
    let answer = ai.run(question).await?;
    println!("{}", answer.text());
    Ok(())
}
