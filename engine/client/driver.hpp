#pragma once

#include <doorstep/error.hpp>
#include <doorstep/options.hpp>
#include <doorstep/report.hpp>
#include <string>
#include <string_view>

#include "ports/http.hpp"
#include "store/phone_store.hpp"
#include "wire/messages.hpp"

namespace doorstep {

/// Carries a session's actions out over HTTP, and joins an office. One use, one thread.
class Driver {
 public:
  Driver(const Options& options, PhoneStore& store);

  Status join(std::string_view invitation_url);
  Result<SyncReport> sync();
  Result<Value> reveal(const wire::RevealRequest& request);

  /// What the office asked for with Retry-After, 0 otherwise.
  std::int64_t asked_delay_ms() const { return asked_delay_ms_; }

 private:
  /// To a server with a pinned key; where the office has replaced all of them, fetches the new ones first.
  Result<std::string> send(const std::string& method, const std::string& path, std::string body);
  Result<std::string> exchange(const std::string& method, const std::string& path, std::string body,
                               bool any_key);
  Status refresh_keys();
  Status take_keys(const wire::KeyList& offered);
  Result<KeyPair> device_key();
  Status readmit();
  Result<wire::KeyList> fetch_keys(bool any_key);
  Result<Pack> fetch_pack(PackVersion version);
  Result<PackVersion> ask_pack(const PhoneState& phone);
  Status fetch_first_pack(const PhoneState& phone, PackVersion version);
  Status call_office();
  void call(const PhoneState& phone);

  const Options& options_;
  PhoneStore& store_;
  std::string base_url_;
  std::string token_;
  std::vector<std::string> pins_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::int64_t asked_delay_ms_ = 0;
};

}  // namespace doorstep
