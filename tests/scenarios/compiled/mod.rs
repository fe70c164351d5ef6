//! Made by `UPDATE_SCENARIOS=1`: what comes out of every case.

/// Further properties beside known ones: refused by nobody, reported where they have a type.
pub mod additional_properties;
/// Objects laid together; a property that stands in several is the last one, reported if they differ.
pub mod all_of;
/// What `allOf` says and a struct cannot: alternatives among its parts, parts that are not objects, parts that contradict each other.
pub mod all_of_odd;
/// Alternatives without a title, or with the same one, that would be called alike: a name each.
pub mod alternatives_alike;
/// A model by an author called `components` beside shared components: both are there.
pub mod author_components;
/// One input and a batch of inlined copies of it.
pub mod batch_alone;
/// A batch whose requests are something else than what can be sent alone.
pub mod batch_different;
/// A batch of the very requests that can be sent alone, and the receipt that is not an answer.
pub mod batch_same;
/// Alternatives that exist in the Workers binding only are left out, and said so.
pub mod binding_only;
/// A property that exists in the Workers binding only is left out too, and said so.
pub mod binding_only_property;
/// A body that is nothing but bytes, with the other fields in the query.
pub mod body_of_bytes;
/// Bytes as numbers, as base64 text, and both ways at once.
pub mod bytes;
/// The same bytes as the body, or as the one field of a JSON body.
pub mod bytes_or_json;
/// Bytes in one of several ways, or an object that describes them.
pub mod bytes_or_structure;
/// Text that is free in one alternative and listed in another is an open enum anyway; lists are laid together.
pub mod choice_or_text;
/// Choices with names that Rust does not have: punctuation, keywords, digits, nothing at all; null is not one of them.
pub mod choices;
/// A choice made of marks that turn the line or end it: shown escaped where it is described.
pub mod choices_invisible;
/// Choices that would have one name, by case, punctuation or script: a name each, in upper camel case.
pub mod choices_renumbered;
/// Alternatives of one name whose limits would be one constant.
pub mod colliding_alternatives;
/// A parameter in the query that would be the same field as the body.
pub mod colliding_body;
/// Properties that would be the same field, or the same field as one that was renamed.
pub mod colliding_fields;
/// A property that has the very name which another one was given.
pub mod colliding_fields_renamed;
/// Properties that would be the same field and are a keyword.
pub mod colliding_keywords;
/// Properties that would be the same field and both have limits, or whose limits have one name.
pub mod colliding_limits;
/// In an answer, a constant and a property that would be the same field.
pub mod colliding_tag;
/// Required texts with one possible value: the first is the tag, further ones are filled in.
pub mod constant;
/// One possible value that the caller may leave out, or that is no text: filled in or said, never lost.
pub mod constant_optional;
/// Messages, pictures in them, tools and formats of answers have short ways, whatever they are called and however they are described.
pub mod conversations;
/// Entries of the ledger add, remove and replace before anything is read; a reference in one reads as at its target.
pub mod corrections;
/// A property that should no longer be used, and a retired model with and without a successor that is known.
pub mod deprecated;
/// A line of a description that ends in a comma or semicolon is followed by the next one, not by an empty line.
pub mod description_commas;
/// Addresses inside brackets, parentheses or words, with signs in them; cells of the table. Nothing that rustdoc warns about.
pub mod description_links;
/// Descriptions are text that does nothing: no comment ends, no link, no tag, no code to run, no mark that turns the line.
pub mod descriptions;
/// The document's example as code, where it fits the input.
pub mod example;
/// A shared input that some models extend by options of their own and others take as it is.
pub mod extension;
/// A model's own options have limits like other fields: a constant and a check.
pub mod extension_limits;
/// Shared alternatives, extended by the same options in each.
pub mod extension_of_union;
/// Everything `x-model` can say: a table for the reader, constants for the program.
pub mod facts;
/// A fact or an ability that the generator does not know is reported, a task becomes one by its name.
pub mod facts_reported;
/// Formats: numbers stay wide, texts stay texts.
pub mod formats;
/// Limits of every kind: constants, a line in the description and a check, wherever the limited value stands.
pub mod limits;
/// Limits and defaults that are written as text count as the numbers they are.
pub mod limits_as_text;
/// What stands beside a reference counts too: limits, null, a constant.
pub mod limits_beside_reference;
/// Limits that are rare or that the type cannot hold: beyond 64 bits, fractional, a pattern, an exact and a huge number of items.
pub mod limits_odd;
/// Limits written as 1.0 are whole numbers, and items that are integers are checked like those that are numbers or texts.
pub mod limits_unchecked;
/// Limits that neither a check nor the description can express are reported: exclusive ones (also as a boolean), steps, uniqueness, numbers of properties; those of map values are said.
pub mod limits_unsaid;
/// Inputs that models share stand in a list too, as one of several forms: each knows its model.
pub mod list_of_shared_input;
/// A map whose values are maps of anything.
pub mod map_of_anything;
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
/// Forms with alternatives, with options that only one model takes, and with members that no document names.
pub mod multipart_alternatives;
/// A form with a list and an object in it.
pub mod multipart_nesting;
/// An alternative called after a property that is a keyword, begins with a digit or has no letter has a name all the same.
pub mod names_of_alternatives;
/// A component key that begins with a digit, and one that is written like a sentence.
pub mod names_of_components;
/// Nested types of one name: the same type where the shape is the same, another name where it is not.
pub mod nested_names;
/// Unions in unions, none with a title: laid flat where they stand, kept where they are referred to.
pub mod nested_unions;
/// Null in all its spellings: an answer takes it as absent, an input asks for what is required anyway.
pub mod nullable;
/// Null inside lists and maps of an answer, and in place of the whole answer, can be read.
pub mod nullable_inside;
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
/// A type whose part is itself laid together with something else is a type or a fault, and no end of the process.
pub mod recursion_laid_over;
/// Two types that contain each other, and one that must contain itself.
pub mod recursion_mutual;
/// A type that contains itself through a name that only adds null or a single alternative.
pub mod recursion_nullable;
/// Shared inputs that are alternatives of each other, and one alternative in a union of another model too: each knows its model.
pub mod recursion_of_inputs;
/// References to places that are no components: definitions inside a schema, properties, the body itself, around in a ring.
pub mod recursion_of_places;
/// A union that is one of its own alternatives, or of the alternatives of one of them, is a type or a fault, and no end of the process.
pub mod recursion_of_unions;
/// A component whose key is escaped in references counts as used.
pub mod reference_escaped;
/// A `$ref` inside an example or a default is a part of that value; properties may have the names of keywords.
pub mod reference_in_data;
/// What stands beside a reference: properties are laid over it, notes and limits leave the type as it is.
pub mod reference_laid_over;
/// References to references, to places that are no definition, to another model's parts, with words beside them.
pub mod references;
/// `x-name` gives a component or a nested type another name.
pub mod rename;
/// Two models whose files would have one path are a fault or get two paths; none is lost.
pub mod same_path;
/// Marks of what an answer says: text, reasoning, calls, bill, parts and the first of a list.
pub mod says;
/// Where every property is optional, an alternative is told by the look of a shared one even if it has one of its own.
pub mod shape_or_key;
/// Answers with the same properties whose values look different decide by that look; the last has a key of its own.
pub mod shape_union;
/// An input, answer and event that two models share: one type each, the input carrying its model.
pub mod shared_input;
/// A component that is the input of one model and the answer of another, or of the same.
pub mod shared_input_answer;
/// A union of one is that one, with its limits, whatever stands around it.
pub mod single_alternative;
/// Models that answer piece by piece: their event, their end mark, what they do if nothing is said.
pub mod stream;
/// A streaming model none of whose alternatives has `stream`, and one where only one of two has it.
pub mod stream_of_union;
/// A streaming model that asks for `stream` in every request, and one where it is no boolean.
pub mod stream_required;
/// Alternatives that a constant tells apart: the constant is written by us and decides what is read.
pub mod tagged_union;
/// A model of a new task, or of none, has the components it uses.
pub mod task_unknown;
/// Text, or any plain JSON value in its place.
pub mod text_or_any;
/// An answer that is text, a list or an object with properties: told apart by what kind of JSON it is.
pub mod text_or_structure;
/// Titles are no code: whatever they say, an alternative has a plain name.
pub mod titles;
/// Lists of type words: null taken off, numbers joined, text beside anything plain is text or JSON, the rest reported.
pub mod type_arrays;
/// Alternatives that say of no type, a single one, or one type beside others: what the schema says itself counts.
pub mod type_beside_alternatives;
/// `type` and `properties` beside alternatives: every alternative has them too; bare `required` lists are reported.
pub mod type_beside_union;
/// Keywords that say more than a type can are reported, each with its place.
pub mod unexpressed;
/// Keywords that a type cannot express are reported wherever they stand, and so is a schema that allows nothing.
pub mod unexpressed_inside;
/// An object of any keys beside one of known keys: told apart, or reported.
pub mod union_map_or_structure;
/// An answer that is one of several lists is told by the first item.
pub mod union_of_lists;
/// Two alternatives with one tag, and one without: told apart by what else there is, as far as that goes.
pub mod union_same_tag;
/// An alternative that is text or a number takes the number too, and a whole number may come as 1.0.
pub mod union_text_or_number;
/// Inputs that are anything, any object, a list, a text or a choice.
pub mod untyped_input;
