#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <functional>
#include <string>

#include "app/card_page.hpp"
#include "base/types.hpp"
#include "wire/messages.hpp"

namespace doorstep::server {

class Metrics;

struct OfficeHealth {
  bool writable = true;  ///< The last commit succeeded.
  std::string office_name;
  std::uint32_t incarnation = 0;
};

/// What the routes ask of the office. Calls come from any thread of the server's workers; answers from any
/// thread, at once or later, exactly once.
class OfficeService {
 public:
  template <typename Message>
  using Answer = std::function<void(Result<Message>)>;

  virtual ~OfficeService() = default;
  virtual const wire::KeyList& keys() const = 0;
  virtual void join(wire::JoinRequest request, Answer<wire::JoinResponse> answer) = 0;
  /// Makes another device of the one whose token it is.
  virtual void rehome(const std::string& token, wire::RehomeRequest request,
                      Answer<wire::JoinResponse> answer) = 0;
  virtual void readmit(wire::ReadmitRequest request, Answer<wire::JoinResponse> answer) = 0;
  virtual void hand_over(wire::HandOver brought, Answer<wire::HandOver> answer) = 0;
  /// A revoked device's file is empty.
  virtual void wiped(const std::string& token, wire::WipeReport report, Answer<wire::WipeReport> answer) = 0;
  virtual void reveal(const std::string& token, wire::RevealRequest request,
                      Answer<wire::Revealed> answer) = 0;
  virtual void sync(const std::string& token, wire::SyncRequest request,
                    Answer<wire::SyncResponse> answer) = 0;
  /// The frame of a pack. Errors: not_found.
  virtual Result<std::string> pack_frame(PackVersion version) = 0;
  /// What is behind a card's or plate's QR code today. Errors: not_found when the office never made it.
  virtual Result<CardPage> card(const std::string& code) = 0;
  virtual OfficeHealth health() = 0;
  /// Brings the gauges up to date.
  virtual void observe(Metrics& metrics) = 0;
};

/// Threads that may block, with a bounded queue before them.
class Workers {
 public:
  virtual ~Workers() = default;
  /// `line`: whose work it is. False when the queue, or that line, is full: the work is not taken.
  [[nodiscard]] virtual bool post(std::uint64_t line, std::function<void()> work) = 0;
};

}  // namespace doorstep::server
