#include "ports/http.hpp"
#include "unit/store/phone_fixture.hpp"
#include "wire/invitation.hpp"
#include "wire/trust.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

/// An office on the other end of the line, which breaks when the test says so.
class OneOffice final : public HttpPort {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string path = request.url.substr(request.url.find("/v1/"));
    if (path == "/v1/keys") return answer(wire::to_frame(keys()));
    if (path == "/v1/join") {
      joins.push_back(*wire::from_frame<wire::JoinRequest>(request.body));
      if (lose_answers > 0 && lose_answers-- > 0) return unreachable();
      wire::JoinResponse joined;
      joined.office = kOffice;
      joined.actor = kPhoneActor;
      joined.token = "token";
      joined.pack = PackVersion{1};
      joined.certificate.office = kOffice;
      joined.certificate.signing_key = joins.back().signing_key;
      joined.certificate.signature = sign(wire::signed_bytes(joined.certificate),
                                          forged ? make_key_pair().secret_key : identity_.secret_key);
      return answer(wire::to_frame(joined));
    }
    return answer(wire::to_frame(*load_pack(DOORSTEP_SOURCE_DIR "/schemas/neighbourhood")));
  }

  std::string invitation() const {
    wire::Invitation out;
    out.host = "127.0.0.1";
    out.port = 8080;
    out.insecure_http = true;
    out.code = std::string(wire::kInvitationSecretChars, 'A');
    out.office = wire::office_fingerprint(identity_.public_key);
    return wire::to_url(out);
  }

  int lose_answers = 0;
  bool forged = false;  ///< The certificate is signed by somebody else.
  std::vector<wire::JoinRequest> joins;

 private:
  static HttpResponse answer(std::string body) {
    HttpResponse response;
    response.status = 200;
    response.body = std::move(body);
    return response;
  }
  static tl::unexpected<Error> unreachable() {
    return tl::unexpected(Error{ErrorDomain::network, ErrorCode::unreachable, Retry::later, "断了", "cut"});
  }
  wire::KeyList keys() const {
    wire::KeyList list;
    list.office = kOffice;
    list.identity = identity_.public_key;
    list.tls_pins = {"sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};
    list.signature = sign(wire::signed_bytes(list), identity_.secret_key);
    return list;
  }

  KeyPair identity_ = make_key_pair();
};

std::unique_ptr<Engine> open(const std::string& path, const std::shared_ptr<OneOffice>& office) {
  Options options;
  options.path = path;
  options.ports.clock = std::make_shared<ManualClock>();
  options.ports.entropy = std::make_shared<SeededEntropy>(7);
  options.ports.http = office;
  auto engine = Engine::open(options);
  REQUIRE(engine);
  return std::move(*engine);
}

}  // namespace

TEST_CASE("join: the answer is lost and the phone starts again: it asks as the same device") {
  TemporaryFolder folder;
  const auto office = std::make_shared<OneOffice>();
  office->lose_answers = 2;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto engine = open(folder / "phone.db", office);
    const Status joined = engine->join(office->invitation());
    REQUIRE_FALSE(joined);
    CHECK(joined.error().code == ErrorCode::unreachable);
    CHECK_FALSE(engine->status().joined);
  }
  const auto engine = open(folder / "phone.db", office);
  REQUIRE(engine->join(office->invitation()));
  CHECK(engine->status().joined);
  REQUIRE(office->joins.size() == 3);
  CHECK(office->joins[0].signing_key != PublicKey{});
  CHECK(office->joins[1].signing_key == office->joins[0].signing_key);
  CHECK(office->joins[2].signing_key == office->joins[0].signing_key);
}

TEST_CASE("join: a certificate that the office did not sign: the phone does not join") {
  TemporaryFolder folder;
  const auto office = std::make_shared<OneOffice>();
  office->forged = true;
  const auto engine = open(folder / "phone.db", office);
  const Status joined = engine->join(office->invitation());
  REQUIRE_FALSE(joined);
  CHECK(joined.error().code == ErrorCode::untrusted_office);
  CHECK_FALSE(engine->status().joined);
}

TEST_CASE("views: an observer of a view: hears of what the view reads, and of nothing else") {
  TemporaryFolder folder;
  const auto office = std::make_shared<OneOffice>();
  const auto engine = open(folder / "phone.db", office);
  CHECK(engine->view("unvisited_doors").error().code == ErrorCode::not_joined);
  CHECK(engine->catalogue().error().code == ErrorCode::not_joined);
  REQUIRE(engine->join(office->invitation()));
  CHECK(engine->observe_view("none", [] {}).error().code == ErrorCode::not_found);
  int changes = 0;
  const auto observation = engine->observe_view("coverage_by_building", [&] { ++changes; });
  REQUIRE(observation);
  const auto add = [&](const char* table, const std::vector<NamedValue>& values) {
    REQUIRE(engine->write([&](Transaction& transaction) -> Status {
      const auto added = transaction.add(table, values);
      if (!added) return tl::unexpected(added.error());
      return {};
    }));
  };
  add("place", {{"code", "B1"}, {"level", "building"}, {"name", "1号楼"}});
  CHECK(changes == 1);
  add("hazard", {{"place", "B1"}});
  CHECK(changes == 1);
  const auto rows = engine->view("coverage_by_building");
  REQUIRE(rows);
  CHECK(rows->columns == std::vector<std::string>{"building", "code", "name", "doors", "visited", "met"});
  CHECK(rows->rows.size() == 1);
}
