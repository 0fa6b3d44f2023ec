#pragma once

#include <doorstep/engine.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "speaker.hpp"

/// One change as a person writes it down: `add TABLE column=value ...`, `edit TABLE ID ...`, `remove TABLE
/// ID`.
namespace field {

enum class Verb { add, edit, remove };

struct Change {
  Verb verb = Verb::add;
  std::string table;
  std::string row;  ///< Of edit and remove: an id, what people call the row, or @label.
  std::vector<doorstep::NamedValue> values;
  std::string label;  ///< In a batch, the name by which later lines call this row.
};

/// Rows that earlier lines of a batch named.
using Labels = std::map<std::string, doorstep::RowId>;

/// A change as the words of a command line, without its program name. Errors: usage.
doorstep::Result<Change> read_change(const std::vector<std::string>& words);

/// A change as a JSON object: {"add": TABLE, "values": {...}}, {"edit": TABLE, "id": ROW, "values": {...}},
/// {"remove": TABLE, "id": ROW}, with "as": LABEL where wanted. Errors: usage.
doorstep::Result<Change> read_change(const Json& object);

/// Splits a line as a shell would: blanks part words; '...', "..." and \ keep them. Errors: an open quote.
doorstep::Result<std::vector<std::string>> split_words(std::string_view line);

/// What a change whose rows were found, or @labelled by earlier lines of the batch, does.
struct Applied {
  doorstep::RowId id;
  Verb verb = Verb::add;
};

/// Looks up what the change names, outside the transaction that will write it: a label stays a label.
doorstep::Status resolve(doorstep::Engine& engine, Change& change);

/// Applies a resolved change and notes its label.
doorstep::Result<Applied> apply(doorstep::Transaction& transaction, const Change& change, Labels& labels);

/// Somebody asked for what cannot be. Whole sentences: what happened, what to do.
doorstep::Error usage_error(std::string zh, std::string en);
tl::unexpected<doorstep::Error> refuse(std::string zh, std::string en);

}  // namespace field
