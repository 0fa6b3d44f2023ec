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
