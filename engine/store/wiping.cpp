#include <algorithm>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "schema/ddl.hpp"
#include "sql/file.hpp"
#include "store/phone_store.hpp"
#include "wire/codec.hpp"
#include "wire/sealed_work.hpp"

/// How a phone's file goes (docs/store.md, "Wiping"): ordered, emptied once nothing is left to hand over,
/// deleted once the office knows. Each step is one transaction, and what a crash cuts off is done again.
namespace doorstep {

WipeStage PhoneStore::wipe_stage() {
  const std::lock_guard lock(mutex_);
  return state_.wipe;
}

/// Only the office's identity can give it: what anybody else says is passed over.
Status PhoneStore::take_wipe_order(const wire::WipeOrder& order) {
  const auto keys = wire::from_frame<wire::KeyList>(state_.keys_frame);
  if (!keys || order.algorithm != SignatureAlgorithm::ed25519) return {};
  if (!verify(wire::signed_bytes(state_.office, state_.actor, order), order.signature, keys->identity))
    return {};
  if (state_.wipe == WipeStage::none) state_.wipe = WipeStage::ordered;
  return {};
}

/// All tables, the app's own ones as well, and what the phone was. What stays takes it to be told apart and
/// believed by the office.
Status PhoneStore::drop_everything() {
  std::vector<std::string> statements;
  {
    // Views first, and virtual tables before the tables that they made.
    DOORSTEP_TRY(select, writer_.prepare("SELECT type, name FROM sqlite_schema WHERE type IN ('view', "
                                         "'table') AND name NOT LIKE 'sqlite_%' ORDER BY type = 'table', "
                                         "sql NOT LIKE 'CREATE VIRTUAL%'"));
    for (;;) {
      DOORSTEP_TRY(more, select.step());
      if (!more) break;
      statements.push_back("DROP " + std::string(select.text(0)) + " IF EXISTS " +
                           quote_name(select.text(1)));
    }
  }
  for (const std::string& statement : statements) DOORSTEP_CHECK(writer_.execute(statement));
  DOORSTEP_CHECK(create_phone_tables(writer_));
  PhoneState left;
  left.joined = state_.joined;
  left.url = state_.url;
  left.fingerprint = state_.fingerprint;
  left.keys_frame = state_.keys_frame;
  left.office = state_.office;
  left.actor = state_.actor;
  left.token = state_.token;
  left.signing_secret = state_.signing_secret;
  left.certificate_frame = state_.certificate_frame;
  left.former_certificates = state_.former_certificates;
  left.cursor.incarnation = state_.cursor.incarnation;
  left.admitted_through = state_.admitted_through;
  left.wipe = WipeStage::emptied;
  return save_phone_state(writer_, left);
}

Result<wire::WipeReport> PhoneStore::empty() {
  const std::lock_guard lock(mutex_);
  const std::lock_guard reading(reader_mutex_);
  reader_ = {};
  if (state_.wipe != WipeStage::emptied) {
    user_statements_.clear();
    writer_.clear_cache();
    DOORSTEP_CHECK(transact([&]() -> Status {
      if (state_.wipe != WipeStage::ordered || state_.forked || last_group_ > state_.admitted_through)
        return fail(ErrorDomain::storage, ErrorCode::storage_busy, Retry::later,
                    "还有记录没有交到街道,手机里的资料先不清除。",
                    "Something has not been handed over to the office yet; nothing was deleted.");
      return drop_everything();
    }));
    DOORSTEP_CHECK(inspect([&] { return reload(); }));
  }
  // Nothing of what was there stays in the log or in free pages. (Closed: its deletion failed, and is next.)
  if (writer_) DOORSTEP_CHECK(writer_.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"));
  return wire::WipeReport{state_.actor, state_.admitted_through};
}

Status PhoneStore::destroy() {
  const std::lock_guard lock(mutex_);
  const std::lock_guard reading(reader_mutex_);
  if (state_.wipe == WipeStage::done) return {};
  wiped_ = true;
  reader_ = {};
  user_statements_.clear();
  if (writer_) {
    writer_.clear_cache();
    capture_.detach();
    writer_ = {};
  }
  DOORSTEP_CHECK(sql::remove_database(options_.path, options_.sqlite_vfs));
  state_ = {};
  state_.wipe = WipeStage::done;
  pack_.reset();
  return {};
}

/// What waits, push by push; empty when nothing does.
Result<std::string> PhoneStore::sealed_work() {
  if (last_group_ <= state_.admitted_through) return std::string{};
  const auto keys = wire::from_frame<wire::KeyList>(state_.keys_frame);
  SecretKey device{};
  if (!keys || keys->sealing_keys.empty() || state_.signing_secret.size() != device.size())
    return fail(ErrorDomain::usage, ErrorCode::not_joined, Retry::never,
                "手机里还有没交的记录,却没有街道的密封钥匙,所以没有清除。请先连上街道。",
                "Something has not been handed over, and there is no key of the office to seal it with; "
                "nothing was deleted. Sync first.");
  std::copy(state_.signing_secret.begin(), state_.signing_secret.end(), device.begin());
  wire::SealedWork work;
  work.office = state_.office;
  work.actor = state_.actor;
  wire::Push push;
  push.first = GroupNumber{raw(state_.admitted_through) + 1};
  push.previous = state_.admitted_digest;
  DOORSTEP_TRY(select, writer_.cached("SELECT bytes FROM doorstep_outbox WHERE number > ?1 ORDER BY number"));
  select->bind(1, static_cast<std::int64_t>(raw(state_.admitted_through)));
  std::size_t bytes = 0;
  const auto close = [&] {
    work.boxes.push_back(wire::seal_push(work.office, work.actor, push, device, keys->sealing_keys.front()));
    push.first = GroupNumber{raw(push.first) + push.groups.size()};
    for (const std::string& group : push.groups) push.previous = wire::chain_digest(push.previous, group);
    push.groups.clear();
    bytes = 0;
  };
  for (;;) {
    DOORSTEP_TRY(more, select->step());
    if (!more) break;
    push.groups.emplace_back(select->blob(0));
    bytes += push.groups.back().size();
    if (push.groups.size() >= limits::kPushGroups || bytes >= limits::kPushBytes) close();
  }
  if (!push.groups.empty()) close();
  return wire::to_bytes(work);
}

Status PhoneStore::wipe() {
  {
    const std::lock_guard lock(mutex_);
    if (state_.wipe == WipeStage::done) return {};
    if (writer_ && state_.wipe != WipeStage::emptied) {
      DOORSTEP_CHECK(inspect([&]() -> Status {
        DOORSTEP_TRY(sealed, sealed_work());
        if (sealed.empty()) return {};
        return sql::write_file(options_.path + ".sealed", sealed, options_.sqlite_vfs);
      }));
      const std::lock_guard reading(reader_mutex_);
      reader_ = {};
      user_statements_.clear();
      writer_.clear_cache();
      DOORSTEP_CHECK(transact([&] { return drop_everything(); }));
      DOORSTEP_CHECK(inspect([&] { return reload(); }));
      DOORSTEP_CHECK(writer_.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)"));
    }
  }
  return destroy();
}

}  // namespace doorstep
