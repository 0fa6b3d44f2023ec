#include "app/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "app/verdict_name.hpp"

namespace doorstep::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                           0.25,  0.5,    1,     2.5,  5,     10,   30};
const Histogram::BucketBoundaries kGroups{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;

  Family<Counter>& counters(const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry);
  }
  Family<Gauge>& gauges(const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry);
  }
  Family<Histogram>& histograms(const char* name, const char* help) {
    return BuildHistogram().Name(name).Help(help).Register(registry);
  }

  Family<Counter>& requests =
      counters("doorstep_http_requests_total", "Requests answered, by route and status.");
  Family<Histogram>& request_seconds =
      histograms("doorstep_http_request_seconds", "From a complete request to its answer, by route.");
  Family<Counter>& groups = counters("doorstep_groups_total", "Change groups decided, by verdict.");
  Histogram& commit_seconds =
      histograms("doorstep_commit_seconds", "Time of one database commit with all its groups.")
          .Add({}, kSeconds);
  Histogram& commit_groups =
      histograms("doorstep_commit_groups", "Change groups in one commit.").Add({}, kGroups);
  Counter& commit_failures =
      counters("doorstep_commit_failures_total", "Commits that failed and left nothing.").Add({});
  Counter& pulled_rows = counters("doorstep_pulled_rows_total", "Rows sent to devices.").Add({});
  Counter& repairs =
      counters("doorstep_repairs_total", "Parts of devices' rows that were not as here, and were sent again.")
          .Add({});
  Gauge& feed_head = gauges("doorstep_feed_head", "Last position of the feed.").Add({});
  Family<Gauge>& queue_depth = gauges("doorstep_queue_depth", "Requests that wait, by queue.");
  Gauge& devices = gauges("doorstep_connected_devices", "Devices heard of in the last five minutes.").Add({});
  Gauge& connections = gauges("doorstep_http_open_connections", "Open connections.").Add({});
  Gauge& refused =
      gauges("doorstep_http_refused_connections", "Connections refused since the start.").Add({});
  Gauge& timeouts =
      gauges("doorstep_http_timeouts", "Clients cut for being too slow since the start.").Add({});
  Gauge& bytes_in = gauges("doorstep_http_bytes_in", "HTTP bytes received since the start.").Add({});
  Gauge& bytes_out = gauges("doorstep_http_bytes_out", "HTTP bytes sent since the start.").Add({});
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::request(std::string_view route, int status, double seconds) {
  const std::string name(route);
  families_->requests.Add({{"route", name}, {"status", std::to_string(status)}}).Increment();
  families_->request_seconds.Add({{"route", name}}, kSeconds).Observe(seconds);
}

void Metrics::verdict(wire::VerdictKind kind, std::uint64_t groups) {
  families_->groups.Add({{"verdict", name_of(kind)}}).Increment(static_cast<double>(groups));
}

void Metrics::commit(double seconds, std::size_t groups, bool succeeded) {
  if (!succeeded) return families_->commit_failures.Increment();
  families_->commit_seconds.Observe(seconds);
  families_->commit_groups.Observe(static_cast<double>(groups));
}

void Metrics::pulled(std::uint64_t rows) { families_->pulled_rows.Increment(static_cast<double>(rows)); }

void Metrics::repaired() { families_->repairs.Increment(); }

void Metrics::set_feed_head(std::uint64_t position) {
  families_->feed_head.Set(static_cast<double>(position));
}

void Metrics::set_queue_depth(std::string_view queue, std::size_t depth) {
  families_->queue_depth.Add({{"queue", std::string(queue)}}).Set(static_cast<double>(depth));
}

void Metrics::set_connections(const http::Statistics& statistics) {
  families_->connections.Set(static_cast<double>(statistics.open_connections));
  families_->refused.Set(static_cast<double>(statistics.refused));
  families_->timeouts.Set(static_cast<double>(statistics.timeouts));
  families_->bytes_in.Set(static_cast<double>(statistics.bytes_in));
  families_->bytes_out.Set(static_cast<double>(statistics.bytes_out));
}

void Metrics::set_connected_devices(std::size_t devices) {
  families_->devices.Set(static_cast<double>(devices));
}

std::string Metrics::serialize() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace doorstep::server
