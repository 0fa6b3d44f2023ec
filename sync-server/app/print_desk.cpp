#include "app/print_desk.hpp"

#include "app/audit_words.hpp"
#include "app/card_page.hpp"
#include "app/invitations.hpp"
#include "app/office_time.hpp"
#include "app/row_names.hpp"
#include "app/terminal.hpp"
#include "base/counted.hpp"
#include "base/error.hpp"
#include "wire/invitation.hpp"

namespace doorstep::server {
namespace {

/// Of base64 as apps write it (RFC 4648 §4), with its padding and perhaps with line breaks. Empty when it is
/// none.
std::string from_base64(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '=' || c == '\n' || c == '\r') continue;
    plain += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return from_base64url(plain).value_or(std::string());
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

}  // namespace

Result<std::unique_ptr<PrintDesk>> PrintDesk::open(const PrintOptions& options, const std::string& what) {
  DOORSTEP_CHECK(PrintFile::check(options.out));
  std::unique_ptr<PrintDesk> desk(new PrintDesk);
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  desk->opened_ = std::move(opened);
  DOORSTEP_TRY(pack, desk->opened_->pack());
  desk->pack_ = pack;
  Office& office = desk->opened_->office();
  std::string subject = "print " + what;
  if (!options.place.empty()) subject += " " + options.place;
  DOORSTEP_CHECK(record_audit(office, act_of(AuditKind::exported, subject + " " + options.out)));
  DOORSTEP_TRY(snapshot, desk->opened_->store().snapshot());
  desk->snapshot_ = std::move(snapshot);
  desk->now_ms_ = desk->opened_->now_ms();
  desk->addresses_ = std::make_unique<Addresses>(*pack, *desk->snapshot_, office.record().name);
  if (options.place.empty()) return desk;
  const Table* places = pack->find("place");
  if (places == nullptr)
    return fail_usage("这个街道的表格包没有地点这张表。", "The office's pack has no table \"place\".");
  RowNames names(*pack, office.record().office, *desk->snapshot_);
  DOORSTEP_TRY(place, names.find(*places, options.place));
  DOORSTEP_TRY(territory, office.territory(*desk->snapshot_));
  desk->territory_ = territory;
  desk->root_ = territory->find(place);
  return desk;
}

std::string PrintDesk::today() const { return office_date(now_ms_); }

bool PrintDesk::is_wanted(const RowId& place) const {
  if (territory_ == nullptr) return true;
  const Territory::Place at = territory_->find(place);
  return at != Territory::kNowhere && territory_->within(at, root_);
}

Result<std::string> PrintDesk::portrait(const std::optional<RowId>& photo) {
  if (!photo) return std::string();
  DOORSTEP_TRY(preview, read_text(*snapshot_, *pack_, "photo", *photo, "preview"));
  return from_base64(preview);
}

Result<CardUrls> CardUrls::make(const OpenOffice& office, const std::string& host) {
  DOORSTEP_TRY(identity, auth::OfficeIdentity::load(office.folder().path()));
  DOORSTEP_TRY(address, invite_address(office.folder(), host));
  if (!address.note_en.empty()) warn(address.note_zh, address.note_en);
  wire::Invitation at;
  at.host = address.host;
  at.port = address.port;
  at.insecure_http = address.insecure_http;
  return CardUrls(wire::office_url(at) + std::string(kCardPath), std::move(identity));
}

std::string CardUrls::url(auth::CardSubject::Kind kind, const RowId& row) const {
  return base_ + identity_.card_code({kind, row});
}

void tell_printed(const PrintOptions& options, const Label& kind, std::size_t pages, const PrintFile& file) {
  if (!file.unprintable().empty())
    warn("这些字没有装字体,印出来是方框:" + joined(file.unprintable()) + "。可以装 fonts-noto-cjk 再印。",
         "No installed font has these characters; they are printed as boxes: " + joined(file.unprintable()) +
             ". Install fonts-noto-cjk and print again.");
  if (options.json) return;
  const std::string count = std::to_string(pages);
  const std::string size = std::to_string((file.bytes() + 1023) / 1024) + " KB";
  say("已写好" + kind.zh + " " + count + " 页,在 " + options.out + "(" + size + ")。",
      counted(pages, "page") + " of " + kind.en + " in " + options.out + " (" + size + ").");
}

}  // namespace doorstep::server
