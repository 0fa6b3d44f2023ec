#include "base/error.hpp"
#include "store/phone_store.hpp"

/// The file under its key (docs/store.md, "At rest").
namespace doorstep {
namespace {

Status check_key(const std::string& key) {
  if (key.size() == sql::kKeyBytes) return {};
  return fail_usage("加密密钥必须正好是32字节。",
                    "A key has exactly 32 bytes; this one has " + std::to_string(key.size()) + ".");
}

tl::unexpected<Error> wrong_key(bool given) {
  return fail(
      ErrorDomain::storage, ErrorCode::wrong_key, Retry::never,
      given ? "这部手机的数据文件打不开:密钥不对。记录都还在,请用原来的密钥。"
            : "这部手机的数据文件打不开:它是加密的,要用密钥才能打开。记录都还在。",
      given ? "The file is encrypted with another key (or is no Doorstep file). Nothing was touched; open "
              "it with the key it was made with."
            : "The file is encrypted (or is no Doorstep file), and no key was given. Nothing was touched; "
              "pass Options::key.");
}

}  // namespace

Status PhoneStore::open_writer() {
  sql::OpenOptions how;
  how.vfs = options_.sqlite_vfs;
  how.key = options_.key;
  DOORSTEP_TRY(writer, sql::Connection::open(options_.path, how));
  writer_ = std::move(writer);
  return {};
}

Status PhoneStore::open_reader() {
  sql::OpenOptions how;
  how.vfs = options_.sqlite_vfs;
  how.key = options_.key;
  how.read_only = true;
  DOORSTEP_TRY(reader, sql::Connection::open(options_.path, how));
  reader_ = std::move(reader);
  return {};
}

/// Opens the file for writing, with the key if there is one. A file from before the app had a key takes it.
Status PhoneStore::unlock_file() {
  if (!options_.key.empty()) DOORSTEP_CHECK(check_key(options_.key));
  DOORSTEP_CHECK(open_writer());
  DOORSTEP_TRY(readable, writer_.is_readable());
  if (readable) return {};
  if (options_.key.empty()) return wrong_key(false);
  const std::string key = std::exchange(options_.key, {});
  DOORSTEP_CHECK(open_writer());
  DOORSTEP_TRY(plain, writer_.is_readable());
  if (!plain) return wrong_key(true);
  DOORSTEP_CHECK(encrypt(key));
  // The connection that encrypted it has pages in memory from before.
  return open_writer();
}

/// In a rollback journal, since SQLite cannot do it in a WAL. It holds the pages as they were, so after a
/// crash the file is plain, or encrypted, and whole. EXTRA syncs the folder when the journal is deleted: one
/// that came back after a power cut would be played into what was written since.
Status PhoneStore::encrypt(const std::string& key) {
  DOORSTEP_CHECK(writer_.execute("PRAGMA synchronous=EXTRA"));
  DOORSTEP_TRY(mode, writer_.prepare("PRAGMA journal_mode=DELETE"));
  DOORSTEP_TRY(found, mode.step());
  if (!found || mode.text(0) != "delete")
    return fail_storage(ErrorCode::storage_busy, "its journal mode cannot be changed");
  mode.reset();
  DOORSTEP_CHECK(writer_.rekey(key));
  options_.key = key;
  return {};
}

Status PhoneStore::rekey(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const std::lock_guard reading(reader_mutex_);
  DOORSTEP_CHECK(check_key(key));
  if (writer_.in_transaction())
    return fail_usage("这一步要等正在进行的保存结束。",
                      "Not inside write(): the file changes its key as a whole.");
  if (options_.key.empty())
    return fail_usage("这个数据文件没有加密。加密请在打开时给出密钥。",
                      "This file is not encrypted. To encrypt it, open it with Options::key.");
  reader_ = {};
  const Status done = writer_.rekey(key);
  if (done) options_.key = key;
  // What the old key wrote must not outlive it.
  const Status emptied = writer_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  DOORSTEP_CHECK(open_reader());
  return done ? emptied : done;
}

}  // namespace doorstep
