#pragma once

#include <chrono>
#include <string_view>

#include "app/answers.hpp"
#include "app/join_limit.hpp"
#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/office_service.hpp"
#include "app/request_limits.hpp"
#include "http/server.hpp"

namespace doorstep::server {

/// From HTTP requests to the office and back:
///
///   GET /v1/keys                POST /v1/join
///   GET /v1/pack?version=N      POST /v1/sync, /v1/rehome, /v1/wiped, /v1/reveal (Authorization: Bearer
///   TOKEN)
///                               POST /v1/readmit, /v1/parcels
///   GET /health   GET /metrics  GET / and /join (a page for people)
///   GET /card/CODE (a page for residents)
///
/// Bodies are decoded on the workers. Thread-safe; borrows everything it is made with.
class Router {
 public:
  struct Parts {
    OfficeService& office;
    Workers& workers;
    Metrics& metrics;
    Log& log;
  };
  explicit Router(const Parts& parts) : parts_(parts) {}

  void handle(http::Request request, http::Respond respond);

 private:
  struct Route;
  static const Route* find_route(std::string_view target);
  http::Respond observed(const Route& route, const http::Request& request, http::Respond respond);
  http::Respond counted(const http::Request& request, const RequestLimits::Line& line, http::Respond respond);

  void keys(const http::Request& request, const http::Respond& respond);
  void pack(const http::Request& request, const http::Respond& respond);
  void join(const http::Request& request, const http::Respond& respond);
  void rehome(const http::Request& request, const http::Respond& respond);
  void readmit(const http::Request& request, const http::Respond& respond);
  void hand_over(const http::Request& request, const http::Respond& respond);
  void wiped(const http::Request& request, const http::Respond& respond);
  void reveal(const http::Request& request, const http::Respond& respond);
  void sync(const http::Request& request, const http::Respond& respond);
  void health(const http::Request& request, const http::Respond& respond);
  void metrics(const http::Request& request, const http::Respond& respond);
  void card(const http::Request& request, const http::Respond& respond);
  void page(const http::Request& request, const http::Respond& respond);
  void unknown(const http::Request& request, const http::Respond& respond);

  Parts parts_;
  JoinLimit join_limit_;
  JoinLimit readmit_limit_;
  JoinLimit card_limit_;
  /// After an office was put back, every phone behind an operator's address comes once with a token that it
  /// does not know.
  static constexpr unsigned kTokenFailures = 1'000;
  JoinLimit token_limit_{kTokenFailures};
  RequestLimits limits_;
};

}  // namespace doorstep::server
