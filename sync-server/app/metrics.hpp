#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

/// Counters and gauges in Prometheus' text format (version 0.0.4). Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// `route` is one of the server's own names, never what a client wrote.
  void request(std::string_view route, int status, double seconds);
  void verdict(wire::VerdictKind kind, std::uint64_t groups);
  void commit(double seconds, std::size_t groups, bool succeeded);
  void pulled(std::uint64_t rows);
  /// A device was sent a part of its rows again, because they were not as the office has them.
  void repaired();

  void set_feed_head(std::uint64_t position);
  void set_queue_depth(std::string_view queue, std::size_t depth);
  void set_connections(const http::Statistics& statistics);
  /// Devices that were heard of within the last minutes.
  void set_connected_devices(std::size_t devices);

  std::string serialize() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace doorstep::server
