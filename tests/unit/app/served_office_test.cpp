#include "app/served_office.hpp"

#include <catch2/catch.hpp>
#include <future>

#include "app/create_office.hpp"
#include "app/invitations.hpp"
#include "app/office_writes.hpp"
#include "app/roster_plan.hpp"
#include "app/router.hpp"
#include "schema/natural_key.hpp"
#include "tabular/csv.hpp"
#include "unit/app/temporary_folder.hpp"
#include "wire/codec.hpp"
#include "wire/invitation.hpp"

using namespace doorstep;
using namespace doorstep::server;

namespace {

constexpr const char* kPack = DOORSTEP_SOURCE_DIR "/schemas/changchun";

/// A served office behind its routes, without sockets.
struct ServedFixture {
  ServedFixture() {
    const auto made = make_office(DataFolder(data), kPack, "测试街道");
    REQUIRE(made);
    office = made->office;
    auto opened = OpenOffice::open(data);
    REQUIRE(opened);
    pack = *(*opened)->pack().value();
    import(**opened, "place",
           "code,parent,level\nC,,community\nC-1,C,building\nC-1-1,C-1,door\nC-2,C,building\n");
    served = *ServedOffice::open(data, metrics, log);
    router.emplace(Router::Parts{*served, served->workers(), metrics, log});
  }
  ~ServedFixture() {
    if (served) served->finish();
  }

  void import(OpenOffice& opened, const char* table, const std::string& csv) {
    RosterPlan plan;
    {
      auto snapshot = opened.store().snapshot();
      REQUIRE(snapshot);
      SnapshotRows rows(**snapshot);
      plan = *plan_import(pack, office, *pack.find(table), *server::tabular::read_csv(csv), rows,
                          opened.now_ms());
    }
    REQUIRE(plan.problems.empty());
    REQUIRE(write_rows(opened.office(), plan.rows));
  }

  std::string code_for(const std::string& name, const std::string& place) {
    auto opened = OpenOffice::open(data);
    REQUIRE(opened);
    std::vector<RosterProblem> problems;
    const auto made = make_invitations(**opened, {"127.0.0.1", 8443, false, {}, {}},
                                       {{0, name, {}, "grid_leader", place}}, 60'000, problems);
    REQUIRE(made);
    REQUIRE(made->size() == 1);
    return wire::parse_invitation(made->front().url)->code;
  }

  http::Response post(const std::string& target, std::string body, const std::string& token = {}) {
    http::Request request;
    request.method = "POST";
    request.target = target;
    request.content_type = wire::kFrameType;
    request.authorization = "Bearer " + token;
    request.remote_address = "192.0.2.1";
    request.body = std::move(body);
    std::promise<http::Response> answer;
    router->handle(std::move(request),
                   [&](http::Response response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  }

  wire::JoinResponse join(const std::string& name, const std::string& place) {
    wire::JoinRequest request;
    request.code = code_for(name, place);
    request.device_name = "测试手机";
    const http::Response response = post("/v1/join", wire::to_frame(request));
    REQUIRE(response.status == 200);
    return *wire::from_frame<wire::JoinResponse>(response.body);
  }

  /// A household at a place, as a phone writes it.
  wire::Push household_push(const wire::JoinResponse& me, const std::string& place_code) {
    const Table& places = *pack.find("place");
    const Table& households = *pack.find("household");
    std::vector<Value> place(places.columns.size());
    place[0] = place_code;
    const RowId place_id = *natural_key_id(office, places, place);
    std::vector<Value> values(households.columns.size());
    values[0] = to_text(place_id);
    values[1] = std::int64_t{1};
    Group group;
    group.actor = me.actor;
    group.number = GroupNumber{1};
    group.pack = me.pack;
    group.stamp = Stamp::at(SystemClock().read().wall_ms);
    Op op;
    op.key = {households.id, *natural_key_id(office, households, values)};
    op.cells = {{households.columns[0].id, values[0], 0, {}}, {households.columns[1].id, values[1], 0, {}}};
    group.ops.push_back(op);
    wire::Push push;
    push.groups.push_back(wire::encode_group(group));
    return push;
  }

  TemporaryFolder folder;
  std::filesystem::path data = folder / "office";
  RowId office;
  Pack pack;
  Metrics metrics;
  Log log{Log::Form::silent};
  std::unique_ptr<ServedOffice> served;
  std::optional<Router> router;
};

}  // namespace

TEST_CASE_METHOD(ServedFixture,
                 "served office: join, push, pull: the record is in the books and comes to others") {
  const auto wang = join("王芳", "C-1");
  const auto li = join("李明", "C");
  CHECK(wang.person_name == "王芳");
  CHECK(wang.office_name == "测试街道");

  wire::SyncRequest push;
  push.actor = wang.actor;
  push.push = household_push(wang, "C-1-1");
  const auto pushed =
      wire::from_frame<wire::SyncResponse>(post("/v1/sync", wire::to_frame(push), wang.token).body);
  REQUIRE(pushed);
  REQUIRE(pushed->verdicts.size() == 1);
  CHECK(pushed->verdicts[0].kind == wire::VerdictKind::effective);

  wire::SyncRequest pull;
  pull.actor = li.actor;
  const auto pulled =
      wire::from_frame<wire::SyncResponse>(post("/v1/sync", wire::to_frame(pull), li.token).body);
  REQUIRE(pulled);
  REQUIRE(pulled->page);
  std::size_t households = 0;
  for (const wire::RowSection& section : pulled->page->sections)
    if (section.table == pack.find("household")->id) households += section.ids.size();
  CHECK(households == 1);
  CHECK(metrics.serialize().find("doorstep_groups_total{verdict=\"effective\"} 1") != std::string::npos);
}

TEST_CASE_METHOD(ServedFixture, "served office: a write outside one's place: held, with a reason") {
  const auto wang = join("王芳", "C-2");
  wire::SyncRequest push;
  push.actor = wang.actor;
  push.push = household_push(wang, "C-1-1");
  const auto pushed =
      wire::from_frame<wire::SyncResponse>(post("/v1/sync", wire::to_frame(push), wang.token).body);
  REQUIRE(pushed);
  REQUIRE(pushed->verdicts.size() == 1);
  CHECK(pushed->verdicts[0].kind == wire::VerdictKind::held);
  CHECK(pushed->verdicts[0].reason == wire::HoldReason::outside_scope);
}

TEST_CASE_METHOD(ServedFixture, "served office: an invitation: works once") {
  wire::JoinRequest request;
  request.code = code_for("王芳", "C");
  CHECK(post("/v1/join", wire::to_frame(request)).status == 200);
  CHECK(post("/v1/join", wire::to_frame(request)).status == 403);
}

TEST_CASE_METHOD(ServedFixture, "served office: unknown tokens and other people's: 401") {
  const auto wang = join("王芳", "C");
  const auto li = join("李明", "C");
  wire::SyncRequest request;
  request.actor = wang.actor;
  CHECK(post("/v1/sync", wire::to_frame(request), "guessed").status == 401);
  CHECK(post("/v1/sync", wire::to_frame(request), li.token).status == 401);
  CHECK(post("/v1/sync", wire::to_frame(request), wang.token).status == 200);
}

TEST_CASE_METHOD(ServedFixture, "served office: an import by another process: reaches the next pull") {
  const auto wang = join("王芳", "C");
  wire::SyncRequest request;
  request.actor = wang.actor;
  auto first =
      *wire::from_frame<wire::SyncResponse>(post("/v1/sync", wire::to_frame(request), wang.token).body);
  {
    auto opened = OpenOffice::open(data);
    REQUIRE(opened);
    import(**opened, "place", "code,parent,level\nC-3,C,building\n");
  }
  request.cursor = first.next;
  const auto second =
      *wire::from_frame<wire::SyncResponse>(post("/v1/sync", wire::to_frame(request), wang.token).body);
  REQUIRE(second.page);
  REQUIRE(second.page->sections.size() == 1);
  CHECK(second.page->sections[0].ids.size() == 1);
}

TEST_CASE_METHOD(ServedFixture, "served office: finished with pushes waiting: all of them are answered") {
  const auto wang = join("王芳", "C");
  wire::SyncRequest push;
  push.actor = wang.actor;
  push.push = household_push(wang, "C-1-1");
  std::atomic<int> answered{0};
  for (int i = 0; i < 20; ++i)
    served->sync(wang.token, push, [&](auto response) {
      CHECK(response);
      ++answered;
    });
  served->finish();
  CHECK(answered == 20);
}
