#include "bench/client.hpp"

#include <unistd.h>

#include <doorstep/native.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "bench/community.hpp"
#include "bench/measure.hpp"
#include "bench/phone.hpp"
#include "bench/w5.hpp"
#include "curl/curl_http.hpp"
#include "wire/codec.hpp"

namespace doorstep::bench {
namespace {

/// Counts what the platform's HTTP sends and receives, and when answers come.
class MeteredHttp final : public HttpPort {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    Result<HttpResponse> response = http_->send(request);
    if (response) {
      bytes += response->bytes_sent + response->bytes_received;
      if (first_answer_s == 0) first_answer_s = now_s();
    }
    return response;
  }

  /// The next request calls the office anew.
  void hang_up() { http_ = make_curl_http(); }

  std::uint64_t bytes = 0;
  double first_answer_s = 0;  ///< Since the last reset to 0.

 private:
  std::unique_ptr<HttpPort> http_ = make_curl_http();
};

/// A request of its own making, as the engine's driver sends it.
wire::SyncResponse exchange(HttpPort& http, const PhoneState& phone, const wire::SyncRequest& body,
                            std::string& frame) {
  HttpRequest request;
  request.url = phone.url + "/v1/sync";
  request.content_type = wire::kFrameType;
  request.bearer_token = phone.token;
  request.pinned_keys = must(wire::from_frame<wire::KeyList>(phone.keys_frame)).tls_pins;
  request.body = wire::to_frame(body);
  HttpResponse response = must(http.send(request));
  if (response.status != 200)
    throw std::runtime_error("the office answers " + std::to_string(response.status));
  frame = std::move(response.body);
  return must(wire::from_frame<wire::SyncResponse>(frame));
}

class Phone {
 public:
  explicit Phone(const std::string& file) : options_(phone_options(file)) {
    options_.ports.http = http_;
    put_together();
  }

  Answer hang_up() {
    http_->hang_up();
    return {};
  }

  /// Puts the engine aside and opens its store, for push().
  Answer take_apart() {
    engine_.reset();
    store_ = must(PhoneStore::open(options_));
    return {};
  }

  /// The engine again.
  Answer put_together() {
    store_.reset();
    engine_ = must(Engine::open(options_));
    return {};
  }

  /// Sends what is waiting and takes the verdicts, without a pull: the SDK always does both at once, the
  /// peers' benchmark does not.
  Answer push() {
    const std::uint64_t bytes = http_->bytes;
    const Stopwatch watch;
    wire::SyncRequest request = must(store_->next_request());
    request.pull = false;
    std::string frame;
    const wire::SyncResponse response = exchange(*http_, store_->phone(), request, frame);
    const double answered_at = now_s();
    SyncReport report;
    must(store_->accept(response, frame, options_.ports.clock->read().monotonic_ms, report));
    const Cost cost = watch.read();
    return {{"s", cost.wall_s},
            {"cpu_s", cost.cpu_s},
            {"bytes", static_cast<double>(http_->bytes - bytes)},
            {"pushed", static_cast<double>(report.pushed_groups)},
            {"answered_at", answered_at}};
  }

  Answer join(const std::string& url) {
    const Stopwatch watch;
    must(engine_->join(url));
    return {{"s", watch.read().wall_s}, {"bytes", static_cast<double>(http_->bytes)}};
  }

  Answer sync() {
    http_->first_answer_s = 0;
    const std::uint64_t bytes = http_->bytes;
    const Stopwatch watch;
    const SyncReport report = must(engine_->sync());
    const Cost cost = watch.read();
    return {{"s", cost.wall_s},
            {"cpu_s", cost.cpu_s},
            {"bytes", static_cast<double>(http_->bytes - bytes)},
            {"requests", static_cast<double>(report.requests)},
            {"pushed", static_cast<double>(report.pushed_groups)},
            {"held", static_cast<double>(report.held)},
            {"pulled", static_cast<double>(report.pulled_rows)},
            {"answered_at", http_->first_answer_s},
            {"memory_mb", peak_memory_mb(getpid())}};
  }

  /// Records visits, one commit each.
  Answer visits(int count, std::int32_t seed) {
    const std::map<std::string, std::string> households = household_ids();
    const std::vector<Visit> made = make_visits(count, seed);
    const Stopwatch watch;
    for (const Visit& v : made) {
      must(engine_->write([&](Transaction& transaction) -> Status {
        return transaction
            .add("visit", {{"household", households.at(v.household)},
                           {"leader", v.leader},
                           {"at", v.at},
                           {"kind", v.kind},
                           {"outcome", v.outcome},
                           {"note", v.note}})
            .map([](const RowId&) {});
      }));
    }
    return {{"s", watch.read().wall_s}};
  }

  /// Sets a column of households [first, first + count) to `TAG-number`, one commit each.
  Answer edit(const std::string& column, int first, int count, const std::string& tag) {
    const std::map<std::string, std::string> households = household_ids();
    const std::vector<Household> rows = make_households();
    const Stopwatch watch;
    for (int i = first; i < first + count; ++i) {
      const RowId id = parse_row_id(households.at(rows[static_cast<std::size_t>(i)].id)).value();
      must(engine_->write([&](Transaction& transaction) {
        return transaction.edit("household", id, {{column, tag + '-' + std::to_string(i)}});
      }));
    }
    return {{"s", watch.read().wall_s}};
  }

  /// How far both phones' edits of W5 have come together here.
  Answer check(const std::string& tag) {
    const std::string a = 'A' + tag + '-', b = 'B' + tag + '-';
    const std::vector<Household> rows = make_households();
    int both = 0, one_sided = 0;
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (int i = 0; i < w5::kSameField + w5::kSameFields; ++i) {
      const ResultSet read = must(engine_->query("SELECT phone, note FROM household WHERE address = ?1",
                                                 {rows[static_cast<std::size_t>(i)].address}));
      const std::string phone = text_of(read.rows.at(0)[0]), note = text_of(read.rows[0][1]);
      const std::string number = std::to_string(i);
      const bool wrote_a = phone == a + number, wrote_b = note == b + number;
      if (i < w5::kBoth) one_sided += wrote_a;
      if (i >= w5::kBoth && i < w5::kOnlyB) both += wrote_a && wrote_b;
      if (i >= w5::kOnlyB && i < w5::kSameField) one_sided += wrote_b;
      for (const char c : phone + '\n' + note + '\n')
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    }
    std::set<std::string> losers;
    for (const Conflict& conflict : must(engine_->conflicts())) {
      const std::string losing = text_of(conflict.losing_value);
      if (conflict.column == "phone" && (losing.rfind(a, 0) == 0 || losing.rfind(b, 0) == 0))
        losers.insert(losing);
    }
    return {{"both", both},
            {"one_sided", one_sided},
            {"losers", static_cast<double>(losers.size())},
            {"hash", static_cast<double>(hash >> 12)}};
  }

  Answer count(const std::string& table) {
    const ResultSet rows = must(engine_->query("SELECT count(*) FROM \"" + table + '"'));
    return {{"rows", static_cast<double>(std::get<std::int64_t>(rows.rows.at(0)[0]))}};
  }

 private:
  static std::string text_of(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::string{} : *text;
  }

  /// The workload's "h0017" to the row's id here.
  std::map<std::string, std::string> household_ids() {
    std::map<std::string, std::string> by_address, ids;
    for (const auto& row : must(engine_->query("SELECT address, id FROM household")).rows)
      by_address.emplace(text_of(row[0]), text_of(row[1]));
    for (const Household& row : make_households()) ids.emplace(row.id, by_address.at(row.address));
    return ids;
  }

  std::shared_ptr<MeteredHttp> http_ = std::make_shared<MeteredHttp>();
  Options options_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<PhoneStore> store_;
};

Answer obey(Phone& phone, std::istringstream words) {
  std::string what, text, tag;
  int first = 0, count = 0;
  words >> what;
  if (what == "join" && words >> text) return phone.join(text);
  if (what == "sync") return phone.sync();
  if (what == "hang-up") return phone.hang_up();
  if (what == "take-apart") return phone.take_apart();
  if (what == "put-together") return phone.put_together();
  if (what == "push") return phone.push();
  if (what == "visits" && words >> count >> first) return phone.visits(count, first);
  if (what == "edit" && words >> text >> first >> count >> tag) return phone.edit(text, first, count, tag);
  if (what == "check" && words >> tag) return phone.check(tag);
  if (what == "count" && words >> text) return phone.count(text);
  throw std::runtime_error("an order that phones do not know: " + what);
}

}  // namespace

int run_client(const std::string& file) {
  Phone phone(file);
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json answer;
    try {
      answer = obey(phone, std::istringstream(line));
    } catch (const std::exception& failure) {
      answer = {{"error", failure.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

Client::Client(const std::string& file, const std::string& log)
    : child_(std::make_unique<Child>(
          std::vector<std::string>{std::filesystem::read_symlink("/proc/self/exe").string(), "phone", file},
          log)) {}

void Client::order(const std::string& line) { child_->write_line(line); }

Answer Client::wait() {
  const nlohmann::json answer = nlohmann::json::parse(child_->read_line());
  if (answer.contains("error")) throw std::runtime_error("a phone: " + answer["error"].get<std::string>());
  return answer.get<Answer>();
}

}  // namespace doorstep::bench
