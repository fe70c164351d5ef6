//! One call for vectors, with only that task compiled: what it costs to build is compared with `build-bare`.

use workers_ai::{Client, models::BgeBaseEnV15};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), workers_ai::Error> {
    let ai = Client::from_env()?;
    let answer = ai.run(BgeBaseEnV15::text(["Why is the sky blue?"])).await?;
    println!("{answer:?}");
    Ok(())
}
