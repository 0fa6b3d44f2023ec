#pragma once

#include <memory>
#include <string>

#include "app/commands.hpp"
#include "app/open_office.hpp"
#include "app/print_file.hpp"
#include "app/row_reading.hpp"
#include "auth/identity.hpp"

namespace doorstep::server {

/// What every `print` command works with: the office as it is now, put on record.
class PrintDesk {
 public:
  /// Leaves the entry that personal data goes to a file. Errors: usage, those of the store.
  static Result<std::unique_ptr<PrintDesk>> open(const PrintOptions& options, const std::string& what);

  OpenOffice& office() { return *opened_; }
  const Pack& pack() const { return *pack_; }
  ReadSnapshot& snapshot() { return *snapshot_; }
  std::string database() const { return opened_->folder().database().string(); }
  std::string name() const { return opened_->office().record().name; }
  std::int64_t now_ms() const { return now_ms_; }
  std::string today() const;

  Result<std::string> address_of(const RowId& place) { return addresses_->of(place); }
  /// Whether --place leaves it.
  bool is_wanted(const RowId& place) const;
  /// Bytes of a photo's preview; empty when there is none.
  Result<std::string> portrait(const std::optional<RowId>& photo);

 private:
  PrintDesk() = default;

  std::unique_ptr<OpenOffice> opened_;
  const Pack* pack_ = nullptr;
  Lease<ReadSnapshot> snapshot_;
  std::shared_ptr<const Territory> territory_;
  Territory::Place root_ = Territory::kNowhere;
  std::unique_ptr<Addresses> addresses_;
  std::int64_t now_ms_ = 0;
};

/// The addresses that codes are printed with.
class CardUrls {
 public:
  /// Errors: usage, those of loading keys.
  static Result<CardUrls> make(const OpenOffice& office, const std::string& host);

  std::string url(auth::CardSubject::Kind kind, const RowId& row) const;

 private:
  CardUrls(std::string base, auth::OfficeIdentity identity)
      : base_(std::move(base)), identity_(std::move(identity)) {}

  std::string base_;
  auth::OfficeIdentity identity_;
};

/// Tells what was printed, of what kind, and which characters could not be.
void tell_printed(const PrintOptions& options, const Label& kind, std::size_t pages, const PrintFile& file);

}  // namespace doorstep::server
