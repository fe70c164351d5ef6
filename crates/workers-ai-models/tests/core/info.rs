//! Facts about models: tasks by their names, and the catalogue.

use workers_ai_models::{Ability, ModelInfo, Price, Reasoning, Status, Task, catalogue};

#[test]
fn a_task_is_found_by_its_name_however_it_is_spelled() {
    for task in Task::ALL {
        let name = task.as_str();
        assert_eq!(String::from(*task), name);
        for spelled in [
            name.to_owned(),
            name.to_lowercase(),
            name.replace(['-', ' '], "_"),
            name.replace(' ', "-"),
        ] {
            assert_eq!(spelled.parse(), Ok(*task), "{spelled}");
        }
    }
    for unknown in ["", "Text", "Text Generation ", "text generation x"] {
        assert!(unknown.parse::<Task>().is_err(), "{unknown:?}");
    }
    let error = "Dancing".parse::<Task>().unwrap_err().to_string();
    assert!(error.contains("Text Generation"), "{error}");
    assert_eq!(Task::Other("Dancing").to_string(), "Dancing");
}

#[test]
fn an_entry_prints_as_json() {
    const INFO: ModelInfo = ModelInfo {
        price: &[Price {
            unit: "per M input tokens",
            usd: 0.051,
        }],
        abilities: &[Ability::FunctionCalling],
        reasoning: Some(Reasoning {
            efforts: &["low", "high"],
            default: Some("low"),
            aliases: &[("minimal", "low")],
            mandatory: true,
        }),
        status: Status::Deprecated,
        ..ModelInfo::new("@cf/example/parrot", "Parrot", Task::TextGeneration)
    };
    assert!(INFO.can(Ability::FunctionCalling) && !INFO.can(Ability::Lora));

    let json = serde_json::to_value(&INFO).expect("JSON");
    assert_eq!(json["task"], "Text Generation");
    assert_eq!(json["status"], "deprecated");
    assert_eq!(json["abilities"], serde_json::json!(["function_calling"]));
    assert_eq!(json["price"][0]["usd"].to_string(), "0.051");
    assert_eq!(json["reasoning"]["aliases"][0][1], "low");
}

#[test]
fn the_catalogue_is_in_order_and_every_entry_can_be_found() {
    let all = catalogue::all();
    assert!(all.is_sorted_by(|one, two| one.id < two.id));
    for info in all {
        assert_eq!(catalogue::by_id(info.id), Some(*info));
        assert!(catalogue::by_task(info.task).any(|found| found == *info));
        assert!(catalogue::by_author(info.author).all(|found| found.author == info.author));
    }
    assert_eq!(catalogue::by_id("@cf/example/none"), None);
}
