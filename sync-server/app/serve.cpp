#include "app/serve.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstring>

#include "app/router.hpp"
#include "app/served_office.hpp"
#include "base/error.hpp"

namespace doorstep::server {
namespace {

/// Requests in flight when the server is told to stop: a large first download on a slow line may be cut, and
/// goes on from there next time.
constexpr std::chrono::seconds kGrace{10};

/// The signals that stop a server, kept from every thread that is started while this lives.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~StopSignals() { release(); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  int wait() {
    int signal = 0;
    sigwait(&signals_, &signal);
    return signal;
  }
  /// A second signal then ends the program at once.
  void release() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

/// A connection is a file descriptor, and shells are given few.
void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

http::Options http_options(const ServeSettings& settings, const auth::OfficeIdentity& identity) {
  http::Options options;
  options.host = settings.listen.host;
  options.port = settings.listen.port;
  if (!settings.insecure_http)
    options.tls = http::TlsIdentity{identity.tls().certificate_pem, identity.tls().private_key_pem};
  return options;
}

/// What is running. Ends in the one right order: no more requests, then everybody answered, then no more
/// threads.
class Running {
 public:
  Running(ServedOffice& office, http::Server& server) : office_(office), server_(server) {
    office_.watch(&server_);
  }
  ~Running() { stop(std::chrono::seconds{0}); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void stop(std::chrono::seconds grace) {
    server_.stop(grace);
    office_.watch(nullptr);
    office_.finish();
  }

 private:
  ServedOffice& office_;
  http::Server& server_;
};

/// Says where the server is, on standard output for scripts that wait for it, and in the data folder for
/// `invite`.
Status announce(const ServeSettings& settings, const ListenAddress& address) {
  const std::string url = (settings.insecure_http ? "http://" : "https://") + to_text(address);
  DOORSTEP_CHECK(DataFolder(settings.data).remember_served_at(url));
  std::printf("listening on %s\n", url.c_str());
  std::fflush(stdout);
  return {};
}

}  // namespace

Status check_insecure(const ListenAddress& listen, bool insecure_http) {
  if (!insecure_http || listen.loopback()) return {};
  return fail_usage(
      "--insecure-http 只能用在本机地址(127.0.0.1)上:居民信息不能明文上网。",
      "--insecure-http is for loopback addresses (127.0.0.1) only: personal data does not travel in "
      "the clear.");
}

Status serve_office(const ServeSettings& settings) {
  DOORSTEP_CHECK(check_insecure(settings.listen, settings.insecure_http));
  StopSignals signals;
  allow_many_connections();
  Log log(settings.log_form);
  log.set_verbose(settings.verbose);
  Metrics metrics;
  DOORSTEP_TRY(office, ServedOffice::open(settings.data, metrics, log));
  Router router({*office, office->workers(), metrics, log});
  DOORSTEP_TRY(server, http::Server::start(http_options(settings, office->identity()),
                                           [&router](http::Request request, http::Respond respond) {
                                             router.handle(std::move(request), std::move(respond));
                                           }));
  Running running(*office, *server);
  const ListenAddress address{settings.listen.host, server->port()};
  DOORSTEP_CHECK(announce(settings, address));
  log.info("serving", {{"address", to_text(address)}, {"office", to_text(office->identity().office())}});
  if (settings.ready) DOORSTEP_CHECK(settings.ready(address));

  const int signal = signals.wait();
  signals.release();
  log.info("stopping", {{"signal", strsignal(signal)}});
  running.stop(kGrace);
  log.info("stopped", {});
  return {};
}

}  // namespace doorstep::server
