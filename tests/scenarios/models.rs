//! One real model of each family of schemas, as it is generated: what a change does to what users see.

use std::collections::BTreeMap;

use insta::{assert_snapshot, glob};
use workers_ai_codegen::generate;

use crate::cases::{lines, settings};

/// Families, and the document of the live model that stands for each; of the newest one where none is live.
const FAMILIES: &[(&str, &str)] = &[
    ("chat-completions", "cf/nvidia/nemotron-3-120b-a12b"),
    (
        "chat-completions-batch",
        "cf/deepseek-ai/deepseek-v4-pro-0813",
    ),
    ("clef", "cf/cloudflare/clef"),
    ("clef-omni", "cf/cloudflare/clef-omni"),
    ("gpt-oss", "cf/openai/gpt-oss-120b"),
    ("image-classification", "cf/microsoft/resnet-50"),
    ("image-to-text", "cf/llava-hf/llava-1.5-7b-hf"),
    (
        "image-to-text-moondream",
        "cf/moondream/moondream3.1-9B-A2B",
    ),
    ("llama-guard", "cf/meta/llama-guard-3-8b"),
    ("object-detection", "cf/facebook/detr-resnet-50"),
    ("reranker", "cf/baai/bge-reranker-base"),
    ("speech-flux", "cf/deepgram/flux"),
    (
        "speech-nemotron",
        "cf/nvidia/nemotron-speech-streaming-en-0.6b",
    ),
    ("speech-nova-3", "cf/deepgram/nova-3"),
    ("summarization", "cf/facebook/bart-large-cnn"),
    (
        "text-classification",
        "cf/huggingface/distilbert-sst-2-int8",
    ),
    ("text-embeddings", "cf/baai/bge-base-en-v1.5"),
    ("text-embeddings-bge-m3", "cf/baai/bge-m3"),
    ("text-embeddings-qwen3", "cf/qwen/qwen3-embedding-0.6b"),
    ("text-embeddings-shape2", "cf/google/embeddinggemma-300m"),
    (
        "text-generation",
        "cf/deepseek-ai/deepseek-r1-distill-qwen-32b",
    ),
    ("text-generation-2024", "hf/thebloke/llamaguard-7b-awq"),
    (
        "text-generation-batch",
        "cf/meta/llama-3.3-70b-instruct-fp8-fast",
    ),
    (
        "text-generation-coder",
        "cf/qwen/qwen2.5-coder-32b-instruct",
    ),
    ("text-generation-guided", "cf/google/gemma-3-12b-it"),
    (
        "text-generation-guided-tool-id",
        "cf/mistralai/mistral-small-3.1-24b-instruct",
    ),
    (
        "text-generation-llama-4",
        "cf/meta/llama-4-scout-17b-16e-instruct",
    ),
    ("text-generation-qwen3", "cf/qwen/qwen3-30b-a3b-fp8"),
    (
        "text-generation-vision",
        "cf/meta/llama-3.2-11b-vision-instruct",
    ),
    (
        "text-to-image",
        "cf/bytedance/stable-diffusion-xl-lightning",
    ),
    (
        "text-to-image-flux-1",
        "cf/black-forest-labs/flux-1-schnell",
    ),
    ("text-to-image-flux-2", "cf/black-forest-labs/flux-2-dev"),
    ("text-to-image-lucid", "cf/leonardo/lucid-origin"),
    ("text-to-image-phoenix", "cf/leonardo/phoenix-1.0"),
    ("translation", "cf/meta/m2m100-1.2b"),
    (
        "translation-indictrans2",
        "cf/ai4bharat/indictrans2-en-indic-1B",
    ),
    ("tts-aura-1", "cf/deepgram/aura-1"),
    ("tts-aura-2-en", "cf/deepgram/aura-2-en"),
    ("tts-aura-2-es", "cf/deepgram/aura-2-es"),
    ("tts-melotts", "cf/myshell-ai/melotts"),
    ("voice-activity-smart-turn", "cf/pipecat-ai/smart-turn-v2"),
    ("whisper", "cf/openai/whisper"),
    ("whisper-large-v3-turbo", "cf/openai/whisper-large-v3-turbo"),
];

#[test]
fn a_model_of_each_family_reads_well() {
    let schema = xtask::root().join("schema");
    let generated = generate(&schema).unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    let mut families: BTreeMap<String, &str> = FAMILIES
        .iter()
        .map(|(family, model)| (format!("models/{model}.json"), *family))
        .collect();
    glob!("../../schema", "models/**/*.json", |path| {
        let file = path
            .strip_prefix(&schema)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        if let Some(family) = families.remove(&file) {
            let source = format!("// Source: schema/{file}");
            let text = generated
                .files
                .values()
                .find(|text| text.lines().nth(1) == Some(&source));
            let text = text.map_or("not generated", String::as_str);
            settings(family, &file).bind(|| assert_snapshot!("model", text));
        }
    });
    assert!(families.is_empty(), "no such documents: {families:?}");
}
