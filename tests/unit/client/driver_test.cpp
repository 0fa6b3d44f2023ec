#include "client/driver.hpp"

#include "ports/http.hpp"
#include "unit/store/upgrade_town.hpp"

using namespace doorstep;
using namespace doorstep::test;

namespace {

/// The town's office behind HTTP; it has the packs from `oldest` to `newest`.
class TownHttp final : public HttpPort {
 public:
  TownHttp(UpgradeTown& town, std::uint32_t oldest, std::uint32_t newest)
      : town_(town), oldest_(oldest), newest_(newest) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    HttpResponse response;
    response.status = 200;
    if (request.url.find("/v1/sync") != std::string::npos) {
      const auto asked = must(wire::from_frame<wire::SyncRequest>(request.body));
      response.body = wire::to_frame(must(town_.pipeline().exchange(asked)));
      return response;
    }
    const std::string marker = "/v1/pack?version=";
    const std::size_t at = request.url.find(marker);
    REQUIRE(at != std::string::npos);
    const auto version = static_cast<std::uint32_t>(std::stoul(request.url.substr(at + marker.size())));
    if (oldest_ <= version && version <= newest_)
      response.body = wire::to_frame(town_.pack(version));
    else
      response.status = 404;
    return response;
  }

 private:
  UpgradeTown& town_;
  std::uint32_t oldest_;
  std::uint32_t newest_;
};

/// The town's office as it is served: by token.
class ServedTown final : public HttpPort {
 public:
  explicit ServedTown(UpgradeTown& town) : town_(town) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    if (request.url.find("/v1/readmit") != std::string::npos) {
      ++readmissions;
      return answer(town_.pipeline().readmit(must(wire::from_frame<wire::ReadmitRequest>(request.body))));
    }
    if (request.url.find("/v1/parcels") != std::string::npos) {
      ++hand_overs;
      const auto taken = town_.pipeline().hand_over(must(wire::from_frame<wire::HandOver>(request.body)));
      return answer(taken.map([](const server::HandOverOutcome& outcome) { return outcome.answer; }));
    }
    const auto actor = town_.pipeline().authenticate(request.bearer_token);
    if (!actor) return refusal(actor.error());
    return answer(town_.pipeline().exchange(must(wire::from_frame<wire::SyncRequest>(request.body))));
  }

  int readmissions = 0;
  int hand_overs = 0;

 private:
  static HttpResponse refusal(const Error& error) {
    HttpResponse response;
    response.status = 401;
    response.body = wire::to_json(wire::ErrorMessage{error});
    return response;
  }
  template <typename Message>
  static HttpResponse answer(const Result<Message>& message) {
    if (!message) return refusal(message.error());
    HttpResponse response;
    response.status = 200;
    response.body = wire::to_frame(*message);
    return response;
  }

  UpgradeTown& town_;
};

}  // namespace

TEST_CASE("driver: a join whose pack never came: goes on with the pack the office has now") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  town.upgrade(2);
  auto unfinished = town.open("半路");
  const PhoneState joined = phone->phone();
  const std::string office(22, 'A');
  must(unfinished->install_identity([&](PhoneState& state) {
    state.office = joined.office;
    state.actor = joined.actor;
    state.token = "secret";
    state.fingerprint = office;
    state.url = "https://office";
  }));
  Options options;
  options.ports.http = std::make_shared<TownHttp>(town, 2, 2);
  options.ports.clock = std::make_shared<ManualClock>();
  must(Driver(options, *unfinished).join("https://office:8443/join#" + std::string(22, 'A') + "." + office));
  CHECK(unfinished->phone().joined);
  CHECK(unfinished->pack_version() == PackVersion{2});
}

TEST_CASE("driver: a newer pack that the office does not give out: is no reason not to exchange") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  Options options;
  options.ports.http = std::make_shared<TownHttp>(town, 1, 1);
  options.ports.clock = std::make_shared<ManualClock>();
  town.upgrade(2);
  const SyncReport report = must(Driver(options, *phone).sync());
  CHECK(report.pulled_rows > 0);
  CHECK(phone->pack_version() == PackVersion{1});
  options.ports.http = std::make_shared<TownHttp>(town, 1, 2);
  must(Driver(options, *phone).sync());
  CHECK(phone->pack_version() == PackVersion{2});
}

TEST_CASE("driver: an office that was put back does not know the token: the certificate gives a new one") {
  UpgradeTown town;
  town.backup();
  auto phone = town.enrol("王芳", 1);
  const std::string before = phone->phone().token;
  const auto served = std::make_shared<ServedTown>(town);
  Options options;
  options.ports.http = served;
  options.ports.clock = std::make_shared<ManualClock>();
  must(Driver(options, *phone).sync());
  CHECK(served->readmissions == 0);
  town.restore();
  must(Driver(options, *phone).sync());
  CHECK(served->readmissions == 1);
  CHECK(phone->phone().token != before);
  must(Driver(options, *phone).sync());
  CHECK(served->readmissions == 1);
}

TEST_CASE("driver: the office does not know the device: asked once a session, and only with a certificate") {
  UpgradeTown town;
  auto phone = town.enrol("王芳", 1);
  add(*phone, "visit",
      {{"place", std::string("11111111-0000-7000-8000-000000000001")}, {"outcome", std::string("met")}});
  const auto served = std::make_shared<ServedTown>(town);
  Options options;
  options.ports.http = served;
  options.ports.clock = std::make_shared<ManualClock>();
  must(Driver(options, *phone).sync());  // Known, and heard of.
  must(phone->install_identity([](PhoneState& state) { state.token = "wrong"; }));
  must(Driver(options, *phone).sync());  // Its key speaks for it.
  CHECK(served->readmissions == 1);
  must(phone->install_identity([](PhoneState& state) {
    state.token = "wrong";
    state.certificate_frame.clear();
  }));
  CHECK(Driver(options, *phone).sync().error().code == ErrorCode::unauthorized);
  CHECK(served->readmissions == 1);
}
