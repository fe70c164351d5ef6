//! Made by `UPDATE_SCENARIOS=1`: what comes out of every case.

/// Further properties beside known ones: refused by nobody, reported where they have a type.
pub mod additional_properties;
/// Objects laid together; a property that stands in several is the last one, reported if they differ.
pub mod all_of;
/// What `allOf` says and a struct cannot: alternatives among its parts, parts that are not objects, parts that contradict each other.
pub mod all_of_odd;
/// One input and a batch of inlined copies of it.
pub mod batch_alone;
/// A batch whose requests are something else than what can be sent alone.
pub mod batch_different;
/// A batch of the very requests that can be sent alone, and the receipt that is not an answer.
pub mod batch_same;
/// Alternatives that exist in the Workers binding only are left out, and said so.
pub mod binding_only;
/// A body that is nothing but bytes, with the other fields in the query.
pub mod body_of_bytes;
/// Bytes as numbers, as base64 text, and both ways at once.
pub mod bytes;
/// The same bytes as the body, or as the one field of a JSON body.
pub mod bytes_or_json;
/// Text that is free in one alternative and listed in another is an open enum anyway; lists are laid together.
pub mod choice_or_text;
/// Choices with names that Rust does not have: punctuation, keywords, digits, nothing at all; null is not one of them.
pub mod choices;
/// Properties that would be the same field, or the same field as one that was renamed.
pub mod colliding_fields;
/// Required texts with one possible value: the first is the tag, further ones are filled in.
pub mod constant;
/// Entries of the ledger add, remove and replace before anything is read; a reference in one reads as at its target.
pub mod corrections;
/// A property that should no longer be used, and a retired model with and without a successor that is known.
pub mod deprecated;
/// Descriptions are text that does nothing: no comment ends, no link, no tag, no code to run, no mark that turns the line.
pub mod descriptions;
/// The document's example as code, where it fits the input.
pub mod example;
/// Everything `x-model` can say: a table for the reader, constants for the program.
pub mod facts;
/// Formats: numbers stay wide, texts stay texts.
pub mod formats;
/// Limits of every kind: constants, a line in the description and a check, wherever the limited value stands.
pub mod limits;
/// Limits that are rare or that the type cannot hold: beyond 64 bits, fractional, a pattern, an exact and a huge number of items.
pub mod limits_odd;
/// Objects with keys of the caller's choice.
pub mod maps;
/// Rows of numbers are a matrix; deeper and other lists are lists.
pub mod matrices;
/// Answers that are bytes, alone or beside JSON that carries them as base64.
pub mod media_answer;
/// Answers of which nothing is known: any JSON value, and said so.
pub mod missing_output;
/// Ids that make odd names, and two authors with a model of one name.
pub mod model_names;
/// A form: files as they are, everything else as text.
pub mod multipart;
/// Nested types of one name: the same type where the shape is the same, another name where it is not.
pub mod nested_names;
/// Unions in unions, none with a title: laid flat where they stand, kept where they are referred to.
pub mod nested_unions;
/// Null in all its spellings: an answer takes it as absent, an input asks for what is required anyway.
pub mod nullable;
/// Lists of values that are not text: the type of the values, and the values in the description.
pub mod other_enums;
/// Answers and events that are no object: a list, rows, a number, a text.
pub mod output_shapes;
/// Alternatives that only a present property tells apart; one answer contains the other, and the larger wins.
pub mod presence_union;
/// The same answer with the larger alternative first, and one that nothing tells from another.
pub mod presence_union_larger_first;
/// Properties whose names no field can have: another field, the same name on the wire.
pub mod property_names;
/// Types that contain themselves, through lists, maps, options and alternatives.
pub mod recursion;
/// Two types that contain each other, and one that must contain itself.
pub mod recursion_mutual;
/// References to references, to places that are no definition, to another model's parts, with words beside them.
pub mod references;
/// `x-name` gives a component or a nested type another name.
pub mod rename;
/// Marks of what an answer says: text, reasoning, calls, bill, parts and the first of a list.
pub mod says;
/// Where every property is optional, an alternative is told by the look of a shared one even if it has one of its own.
pub mod shape_or_key;
/// Answers with the same properties whose values look different decide by that look; the last has a key of its own.
pub mod shape_union;
/// An input, answer and event that two models share: one type each, the input carrying its model.
pub mod shared_input;
/// A union of one is that one, with its limits, whatever stands around it.
pub mod single_alternative;
/// Models that answer piece by piece: their event, their end mark, what they do if nothing is said.
pub mod stream;
/// Alternatives that a constant tells apart: the constant is written by us and decides what is read.
pub mod tagged_union;
/// Text, or any plain JSON value in its place.
pub mod text_or_any;
/// An answer that is text, a list or an object with properties: told apart by what kind of JSON it is.
pub mod text_or_structure;
/// Titles are no code: whatever they say, an alternative has a plain name.
pub mod titles;
/// Lists of type words: null taken off, numbers joined, text beside anything plain is text or JSON, the rest reported.
pub mod type_arrays;
/// `type` and `properties` beside alternatives: every alternative has them too; bare `required` lists are reported.
pub mod type_beside_union;
/// Keywords that say more than a type can are reported, each with its place.
pub mod unexpressed;
/// Two alternatives with one tag, and one without: told apart by what else there is, as far as that goes.
pub mod union_same_tag;
/// Inputs that are anything, any object, a list, a text or a choice.
pub mod untyped_input;
