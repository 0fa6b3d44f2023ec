#pragma once

#include <map>
#include <string>
#include <vector>

#include "forms/form_content.hpp"
#include "paper/entry_sheet.hpp"

/// Which columns the entry sheet has.
namespace doorstep::server::paper {

enum class Field { code, address, number, asked_by, asked_by_phone, at, outcome, note, question, ignored };

struct EntryColumn {
  Field field = Field::ignored;
  std::string heading;
  const Column* column = nullptr;             ///< Of `answer`, or what it stands for.
  const forms::CompiledItem* item = nullptr;  ///< Of a question.
  std::string path;                           ///< As FormSession has it: `age`, `resident[2]/age`.
  std::string repeat;                         ///< Of a question in a repeat.
  std::size_t instance = 0;                   ///< From 1.
};

/// All columns, with `instances` of each repeat that has more. Errors: usage, repeats in repeats.
Result<std::vector<EntryColumn>> entry_columns(const EntryTarget& target, std::size_t instances);

/// Columns by every heading that they answer to: what the sheet says, the pack's names, a question's name.
std::map<std::string, const EntryColumn*> by_heading(const std::vector<EntryColumn>& columns);

}  // namespace doorstep::server::paper
