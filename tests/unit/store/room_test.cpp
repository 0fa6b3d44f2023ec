#include "unit/store/phone_fixture.hpp"
#include "wire/row_meta.hpp"

// The phone's file does not grow with what has gone.

using namespace doorstep;
using namespace doorstep::test;

namespace {

const std::string kDoor = "22222222-0000-5000-8000-000000000001";

/// Answers of an office that decides whatever was pushed.
class Answers {
 public:
  explicit Answers(Phone& phone) : phone_(phone) {}

  /// Decides everything that waits, and names what it is given.
  void checkpoint(const std::vector<wire::GoneRow>& gone, std::vector<wire::RowSection> sections = {},
                  wire::VerdictKind kind = wire::VerdictKind::effective) {
    const auto request = phone_.store->next_request();
    REQUIRE(request);
    wire::SyncResponse response;
    response.time.ms = 1'800'000'100'000;
    response.next.incarnation = 1;
    response.next.slices.push_back({RowId{}, FeedPosition{++position_}});
    response.checkpoint = true;
    if (request->push) {
      wire::Verdict verdict;
      verdict.first = request->push->first;
      verdict.count = static_cast<std::uint32_t>(request->push->groups.size());
      through_ = raw(verdict.first) + verdict.count - 1;
      verdict.kind = kind;
      response.push = wire::PushResult::accepted;
      response.verdicts.push_back(verdict);
    }
    for (const GroupNumber held : request->held)
      if (kind == wire::VerdictKind::effective)
        response.verdicts.insert(response.verdicts.begin(), wire::Verdict{held, 1, kind, {}, {}, {}});
    response.admitted_through = response.included_through = GroupNumber{through_};
    response.page.emplace();
    response.page->gone = gone;
    response.page->sections = std::move(sections);
    SyncReport report;
    REQUIRE(phone_.store->accept(response, wire::to_frame(response), 0, report));
  }

  /// As somebody else wrote it.
  wire::RowSection row(const char* name, const RowId& id, const std::vector<NamedValue>& values) {
    const auto pack = phone_.store->pack();
    const Table& table = *pack->find(name);
    RowState row;
    row.birth = Birth{1};
    const Version version{{make_actor(1, 3), GroupNumber{1}, 0}, Stamp{1'800'000'000'000ULL << 16}, 0};
    for (const Column& column : table.columns)
      for (const auto& [given, value] : values)
        if (given == column.name) row.cells.push_back({column.id, version, value, false, {}});
    wire::RowSection section;
    section.table = table.id;
    for (const Column& column : table.columns) section.columns.push_back(column.id);
    section.ids.push_back(id);
    for (Value& value : wire::values_of(table, row)) section.values.push_back(std::move(value));
    section.metas.push_back(wire::encode_meta(table, row));
    return section;
  }

  wire::GoneRow gone(const char* table, const RowId& id,
                     wire::GoneReason reason = wire::GoneReason::deleted) {
    return {{phone_.store->pack()->find(table)->id, id}, Birth{1}, reason};
  }

 private:
  Phone& phone_;
  std::uint64_t position_ = 0;
  std::uint64_t through_ = 0;
};

RowId nth_id(int n) {
  const std::string digits = std::to_string(n);
  return *parse_row_id("99999999-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits);
}

Value count(Phone& phone, const std::string& table) { return phone.one("SELECT COUNT(*) FROM " + table); }

}  // namespace

TEST_CASE("room: rows that have gone: leave nothing, but doors their birth") {
  Phone phone;
  Answers office(phone);
  std::vector<wire::RowSection> sections;
  sections.push_back(office.row("hazard", nth_id(1), {{"place", kDoor}}));
  sections.push_back(office.row("hazard", nth_id(2), {{"place", kDoor}}));
  sections.push_back(office.row("household", nth_id(3), {{"place", kDoor}, {"number", std::int64_t{1}}}));
  sections.push_back(office.row("household", nth_id(4), {{"place", kDoor}, {"number", std::int64_t{2}}}));
  office.checkpoint({}, std::move(sections));
  REQUIRE(phone.run("UPDATE hazard SET note = 'mine' WHERE id = ?1", {to_text(nth_id(2))}));
  office.checkpoint({office.gone("hazard", nth_id(1)), office.gone("household", nth_id(3)),
                     office.gone("household", nth_id(4), wire::GoneReason::left_scope)});
  CHECK(count(phone, "doorstep_gone") == Value(std::int64_t{1}));
  CHECK(phone.one("SELECT row FROM doorstep_gone") == Value(to_text(nth_id(3))));
  // With work of one's own on it, only when that is settled.
  REQUIRE(phone.run("UPDATE hazard SET note = 'mine too' WHERE id = ?1", {to_text(nth_id(2))}));
  office.checkpoint({office.gone("hazard", nth_id(2))}, {}, wire::VerdictKind::held);
  CHECK(count(phone, "doorstep_gone") == Value(std::int64_t{2}));
  office.checkpoint({});
  CHECK(count(phone, "hazard") == Value(std::int64_t{0}));
  CHECK(count(phone, "doorstep_gone") == Value(std::int64_t{1}));
  CHECK(count(phone, "doorstep_under") == Value(std::int64_t{0}));
}

TEST_CASE("room: a newer pack: takes the place of the older one") {
  Phone phone;
  Pack newer = *phone.store->pack();
  newer.version = PackVersion{raw(newer.version) + 1};
  REQUIRE(phone.store->install_pack(newer));
  CHECK(count(phone, "doorstep_pack") == Value(std::int64_t{1}));
  phone.reopen();
  CHECK(phone.store->pack_version() == newer.version);
}

TEST_CASE("room: much that went: is given back checkpoint by checkpoint") {
  Phone phone;
  Answers office(phone);
  std::vector<wire::RowSection> sections;
  std::vector<wire::GoneRow> gone;
  const std::string words(3'000, 'x');
  for (int i = 1; i <= 600; ++i) {
    sections.push_back(office.row("hazard", nth_id(i), {{"place", kDoor}, {"note", words}}));
    gone.push_back(office.gone("hazard", nth_id(i)));
  }
  // One section a table, as offices send them.
  for (std::size_t i = 1; i < sections.size(); ++i) {
    wire::RowSection& all = sections.front();
    all.ids.push_back(sections[i].ids.front());
    all.values.insert(all.values.end(), sections[i].values.begin(), sections[i].values.end());
    all.metas.push_back(sections[i].metas.front());
  }
  sections.resize(1);
  office.checkpoint({}, std::move(sections));
  const auto pages = [&] { return std::get<std::int64_t>(phone.one("PRAGMA page_count")); };
  const std::int64_t full = pages();
  office.checkpoint(gone);
  CHECK(pages() < full);
  CHECK(pages() >= full - 130);
  for (int i = 0; i < 10; ++i) office.checkpoint({});
  CHECK(pages() < full / 3);
  CHECK(phone.one("PRAGMA integrity_check") == Value("ok"));
}
