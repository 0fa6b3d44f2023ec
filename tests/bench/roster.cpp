#include "bench/roster.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "schema/loader/loader.hpp"
#include "schema/natural_key.hpp"
#include "wire/row_meta.hpp"

namespace doorstep::bench {
namespace {

constexpr std::int64_t kImportMs = 1'767'484'800'000;  // 2026-01-04
constexpr std::size_t kImportGroup = 1'000;            // Rows of one group of the office's import.
constexpr std::uint32_t kIncarnation = 1;

Value text_or_null(const std::string& text) { return text.empty() ? Value{} : Value{text}; }

RowId timed_id(std::int64_t ms, std::uint64_t seed) {
  SeededRandom random(seed);
  std::uint8_t entropy[16];
  for (std::uint8_t& byte : entropy) byte = static_cast<std::uint8_t>(random.next() >> 32);
  return make_time_ordered_id(static_cast<std::uint64_t>(ms), entropy);
}

Row keyed_row(const Table& table, std::vector<Value> values) {
  const RowId id = natural_key_id(kOffice, table, values).value();
  return {id, std::move(values)};
}

/// 17 of "h0017", "g17".
int number_of(const std::string& id) { return std::stoi(id.substr(1)); }

std::vector<Row> place_rows(const Table& table) {
  std::vector<Row> rows;
  rows.push_back(
      keyed_row(table, {std::string(kRootPlace), Value{}, std::string("street"), std::string("幸福街道")}));
  const std::string root = to_text(rows[0].id);
  for (int i = 1; i <= kGrids; ++i)
    rows.push_back(
        keyed_row(table, {"g" + std::to_string(i), root, std::string("grid"), std::to_string(i) + "网格"}));
  return rows;
}

std::vector<Row> household_rows(const Table& table, const std::vector<Row>& places) {
  std::vector<Row> rows;
  for (const Household& h : make_households())
    rows.push_back(keyed_row(
        table, {to_text(places[static_cast<std::size_t>(number_of(h.grid))].id), h.building,
                std::int64_t{h.unit}, h.door, h.address, h.phone, h.tags, text_or_null(h.note), h.updated}));
  return rows;
}

std::vector<Row> resident_rows(const std::vector<Row>& households) {
  std::vector<Row> rows;
  for (const Resident& r : make_residents()) {
    const auto number = static_cast<std::uint64_t>(rows.size());
    rows.push_back({timed_id(kImportMs + static_cast<std::int64_t>(number), number),
                    {to_text(households[static_cast<std::size_t>(number_of(r.household))].id), r.name,
                     std::int64_t{r.birth_year}, r.flags, r.moved_in}});
  }
  return rows;
}

std::vector<Row> visit_rows_of(const std::vector<Row>& households, const std::vector<Visit>& visits,
                               std::int64_t first_ms) {
  std::vector<Row> rows;
  for (const Visit& v : visits) {
    const auto number = static_cast<std::uint64_t>(rows.size());
    rows.push_back({timed_id(first_ms + static_cast<std::int64_t>(number),
                             number ^ static_cast<std::uint64_t>(first_ms)),
                    {to_text(households[static_cast<std::size_t>(number_of(v.household))].id), v.leader, v.at,
                     v.kind, v.outcome, v.note}});
  }
  return rows;
}

const Table& table_of(const Pack& pack, std::string_view name) {
  const Table* table = pack.find(name);
  if (table == nullptr) throw std::runtime_error("the bench pack lacks a table");
  return *table;
}

/// Collects rows into responses within the bounds of a page.
class Pager {
 public:
  explicit Pager(const Pack& pack) : pack_(pack) { fresh(); }

  void add(const Table& table, const Row& row) {
    if (rows_ >= limits::kPageRows || bytes_ >= limits::kPageBytes) fresh();
    wire::Page& page = *pages_.back().page;
    if (page.sections.empty() || page.sections.back().table != table.id) {
      page.sections.emplace_back();
      page.sections.back().table = table.id;
      for (const Column& column : table.columns) page.sections.back().columns.push_back(column.id);
    }
    wire::RowSection& section = page.sections.back();
    section.ids.push_back(row.id);
    section.values.insert(section.values.end(), row.values.begin(), row.values.end());
    section.metas.push_back(meta_of(table, row));
    ++rows_;
    ++position_;
    for (const Value& value : row.values)
      if (const auto* text = std::get_if<std::string>(&value)) bytes_ += text->size();
  }

  std::vector<wire::SyncResponse> finish() {
    pages_.back().checkpoint = true;
    close();
    return std::move(pages_);
  }

 private:
  void fresh() {
    if (!pages_.empty()) close();
    pages_.emplace_back();
    pages_.back().page.emplace();
    pages_.back().pack = pack_.version;
    pages_.back().time.ms = kImportMs + 86'400'000;
    rows_ = bytes_ = 0;
  }
  void close() {
    pages_.back().next.incarnation = kIncarnation;
    pages_.back().next.slices = {{kOffice, FeedPosition{position_}}};
  }
  std::string meta_of(const Table& table, const Row& row) const {
    RowState state;
    state.birth = Birth{1};
    Version version;
    version.name = {make_actor(kIncarnation, kOfficeSerial), GroupNumber{1 + position_ / kImportGroup},
                    static_cast<std::uint32_t>(position_ % kImportGroup)};
    version.stamp = Stamp::at(kImportMs + static_cast<std::int64_t>(position_ / kImportGroup));
    for (std::size_t i = 0; i < row.values.size(); ++i)
      if (!is_null(row.values[i]))
        state.cells.push_back({table.columns[i].id, version, row.values[i], false, {}});
    return wire::encode_meta(table, state);
  }

  const Pack& pack_;
  std::vector<wire::SyncResponse> pages_;
  std::size_t rows_ = 0, bytes_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace

const RowId kOffice = *parse_row_id("b3c0de00-0000-4000-8000-00000000b0b0");

Pack bench_pack() {
  auto pack = load_pack(DOORSTEP_SOURCE_DIR "/tests/bench/pack");
  if (!pack) throw std::runtime_error(pack.error().en);
  return std::move(*pack);
}

std::vector<TableRows> make_roster(const Pack& pack, int visits) {
  std::vector<Row> places = place_rows(table_of(pack, kPlaceTable));
  const Row worker{timed_id(kImportMs, 1'000'001), {std::string(kWorker), Value{}}};
  const Row post{timed_id(kImportMs, 1'000'002),
                 {to_text(worker.id), to_text(places[0].id), std::string(kRole), Value{}, Value{}}};
  std::vector<Row> households = household_rows(table_of(pack, "household"), places);
  std::vector<Row> residents = resident_rows(households);
  std::vector<Row> visited = visit_rows_of(households, make_visits(visits), kImportMs);
  std::vector<TableRows> roster;
  roster.push_back({std::string(kPlaceTable), std::move(places)});
  roster.push_back({std::string(kPersonTable), {worker}});
  roster.push_back({std::string(kAssignmentTable), {post}});
  roster.push_back({"household", std::move(households)});
  roster.push_back({"resident", std::move(residents)});
  roster.push_back({"visit", std::move(visited)});
  return roster;
}

std::vector<Row> visit_rows(const Pack& pack, const std::vector<Visit>& visits, std::int64_t first_ms) {
  return visit_rows_of(household_rows(table_of(pack, "household"), place_rows(table_of(pack, kPlaceTable))),
                       visits, first_ms);
}

std::vector<wire::SyncResponse> bootstrap_pages(const Pack& pack, const std::vector<TableRows>& roster) {
  Pager pager(pack);
  for (const TableRows& table : roster)
    for (const Row& row : table.rows) pager.add(table_of(pack, table.table), row);
  return pager.finish();
}

}  // namespace doorstep::bench
