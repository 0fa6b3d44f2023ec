#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pack.hpp"

/// SQL of the views in which each thing is there once (docs/merge.md, "The same thing twice").
namespace doorstep {

/// `each_household`: the view that people and doors are counted in.
std::string each_view(const Table& table);

/// Of every each_ view: 1 where the row shows what only this phone knows yet, 0 otherwise.
inline constexpr std::string_view kPendingColumn = "pending";

/// Whose file the views are in: at an office nothing is pending.
enum class Holder : std::uint8_t { phone, office };

/// Where the folded rows of a mergeable table lie.
std::string folded_table(const Table& table);

/// Drops what `create_folding_statements` made, also by an earlier pack. Before a pack's tables change shape.
std::vector<std::string> drop_folding_statements(const Pack& pack);

/// Empty tables of folded rows, and the views.
std::vector<std::string> create_folding_statements(const Pack& pack, Holder holder);

}  // namespace doorstep
