#include <sys/stat.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/audit_words.hpp"
#include "app/commands.hpp"
#include "app/data_folder.hpp"
#include "app/erasure_journal.hpp"
#include "app/key_bundle.hpp"
#include "app/open_office.hpp"
#include "app/terminal.hpp"
#include "auth/identity.hpp"
#include "base/error.hpp"
#include "base/passphrase.hpp"
#include "pipeline/backup.hpp"
#include "sqlite/office_file.hpp"

// `backup` and `restore`.
namespace doorstep::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSealedKeys = "keys.sealed";
constexpr std::size_t kPassphraseBytes = 8;

Result<std::string> read_passphrase(const std::string& file) {
  DOORSTEP_TRY(text, read_file(file));
  text.erase(text.find_last_not_of("\r\n") + 1);
  if (text.size() < kPassphraseBytes)
    return fail_usage("口令太短,至少8个字符。", "The passphrase is too short: at least 8 characters.");
  return text;
}

/// Copies, adds the sealed keys, and only then gives the file its name.
Status make_backup(const DataFolder& folder, const BackupOptions& options) {
  std::string sealed;
  if (!options.passphrase_file.empty()) {
    DOORSTEP_TRY(passphrase, read_passphrase(options.passphrase_file));
    DOORSTEP_TRY(keys, bundle_keys(folder.keys()));
    DOORSTEP_TRY(box, seal_with_passphrase(keys, passphrase));
    sealed = std::move(box);
  }
  const std::string partial = options.file + ".partial";
  std::remove(partial.c_str());
  const mode_t before = ::umask(0077);
  Status copied = copy_office_file(folder.database().string(), partial);
  ::umask(before);
  if (!copied) return copied;
  if (!sealed.empty()) DOORSTEP_CHECK(attach_to_copy(partial, kSealedKeys, sealed));
  DOORSTEP_CHECK(sync_file(partial));
  if (std::rename(partial.c_str(), options.file.c_str()) != 0)
    return fail_storage(ErrorCode::storage_failed, "cannot rename " + partial);
  return sync_file(options.file);
}

/// Phones need not keep what is in the copy. Without it they would only keep more than they must.
Status tell_of_backup(const DataFolder& folder, const std::string& copy) {
  DOORSTEP_TRY(copied, read_copy(copy));
  DOORSTEP_TRY(store, SqliteStore::open(folder.database().string()));
  return note_backup(*store, copied);
}

/// Puts the backup's file in place as an office of the next incarnation.
Result<OfficeRecord> place_office(const DataFolder& folder, const std::string& backup, std::int64_t now_ms) {
  const std::string database = folder.database().string();
  DOORSTEP_CHECK(copy_office_file(backup, database));
  // Seconds, so that restoring one backup twice does not give the same incarnation twice.
  DOORSTEP_CHECK(open_incarnation(database, static_cast<std::uint32_t>(now_ms / 1000)));
  DOORSTEP_TRY(store, SqliteStore::open(database));
  DOORSTEP_TRY(faults, store->check_integrity());
  if (!faults.empty()) return fail_storage(ErrorCode::storage_damaged, faults.front());
  return take_into_use(*store, now_ms);
}

/// What was erased since a backup comes with it, when it comes back.
Status keep_journal(const BackupOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  return write_journal(*opened, journal_beside(options.file));
}

/// Before anything is served. Nothing of whoever was erased after the backup may come back.
Result<std::size_t> erase_again(const DataFolder& folder, const RestoreOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(folder.path()));
  std::size_t again = 0;
  const auto apply = [&](const fs::path& journal) -> Status {
    DOORSTEP_TRY(rows, apply_journal(*opened, journal));
    again += rows;
    return {};
  };
  const fs::path beside = journal_beside(options.file);
  std::error_code ignored;
  if (fs::exists(beside, ignored)) DOORSTEP_CHECK(apply(beside));
  if (!options.erasures.empty()) DOORSTEP_CHECK(apply(options.erasures));
  DOORSTEP_CHECK(write_journal(*opened, folder.erasures()));
  return again;
}

Status place_keys(const DataFolder& folder, const RestoreOptions& options, const RowId& office,
                  std::int64_t now_ms) {
  DOORSTEP_TRY(sealed, read_attachment(options.file, kSealedKeys));
  if (options.new_identity) {
    DOORSTEP_CHECK(auth::OfficeIdentity::create(folder.path(), office, now_ms));
    return {};
  }
  if (!options.keys.empty()) {
    DOORSTEP_TRY(bundle, bundle_keys(options.keys));
    DOORSTEP_CHECK(unbundle_keys(bundle, folder.keys()));
  } else if (!sealed) {
    return fail(ErrorDomain::usage, ErrorCode::not_found, Retry::never,
                "这份备份里没有街道的密钥。如果另外保存过 keys 文件夹,请用 --keys 指出;否则只能用 "
                "--new-identity 换新身份,"
                "那样所有手机都要重新邀请。",
                "This backup has no keys in it. If you kept a copy of the keys folder, name it with --keys. "
                "Otherwise "
                "--new-identity makes new ones, and every phone has to be invited again.");
  } else if (options.passphrase_file.empty()) {
    return fail_usage("这份备份里的密钥有口令保护,请用 --passphrase-file 给出备份时的口令。",
                      "The keys in this backup are sealed. Give the passphrase with --passphrase-file.");
  } else {
    DOORSTEP_TRY(passphrase, read_passphrase(options.passphrase_file));
    DOORSTEP_TRY(bundle, open_with_passphrase(*sealed, passphrase));
    DOORSTEP_CHECK(unbundle_keys(bundle, folder.keys()));
  }
  // Phones may have later lists than the backup's: this one is newer than any.
  auth::Renewal put_back;
  put_back.restored = true;
  DOORSTEP_TRY(identity, auth::OfficeIdentity::renew(folder.path(), put_back, now_ms));
  if (identity.office() == office) return {};
  return fail(ErrorDomain::usage, ErrorCode::invalid_argument, Retry::never, "这些密钥属于另一个街道。",
              "These keys belong to another office.");
}

Status record_restore(const RestoreOptions& options) {
  DOORSTEP_TRY(opened, OpenOffice::open(options.data));
  return record_audit(opened->office(), act_of(AuditKind::restored, options.file));
}

}  // namespace

Status run_backup(const BackupOptions& options) {
  const DataFolder folder(options.data);
  DOORSTEP_CHECK(folder.check_office());
  {
    // Before the copy, so that the copy says of itself who made it.
    DOORSTEP_TRY(opened, OpenOffice::open(options.data));
    DOORSTEP_CHECK(record_audit(opened->office(), act_of(AuditKind::backed_up, options.file)));
  }
  DOORSTEP_CHECK(make_backup(folder, options));
  if (const Status told = tell_of_backup(folder, options.file); !told)
    warn("备份是好的,只是没能记下手机哪些记录已有备份,手机会多留一阵底。下次备份会再记。",
         "The backup is good, but what it holds of each phone could not be noted; phones keep their copies "
         "until the next one. " +
             told.error().en);
  if (const Status kept = keep_journal(options); !kept)
    warn(
        "备份是好的,只是没能把删除记录写到它旁边;请把 erasures.jsonl 另外抄一份。",
        "The backup is good, but the journal of erasures could not be written beside it; copy erasures.jsonl "
        "yourself. " +
            kept.error().en);
  const bool with_keys = !options.passphrase_file.empty();
  std::error_code ignored;
  const auto bytes = fs::file_size(options.file, ignored);
  if (!with_keys)
    warn("注意:这份备份里没有街道的密钥(没有给 --passphrase-file)。请另外把 " + folder.keys().string() +
             " 保存到安全的地方,否则恢复后所有手机都要重新邀请。",
         "Note: the office's keys are NOT in this backup (no --passphrase-file). Keep a copy of " +
             folder.keys().string() + " in a safe place; without it every phone has to be invited again.");
  if (options.json)
    std::printf("%s\n",
                nlohmann::json{{"file", options.file}, {"bytes", bytes}, {"keys", with_keys}}.dump().c_str());
  else
    say("已备份到 " + options.file + "。里面有居民信息,请妥善保管。",
        "Backed up to " + options.file + ". It holds personal data; keep it safe.");
  return {};
}

Status run_restore(const RestoreOptions& options) {
  DOORSTEP_CHECK(sync_file(options.file));  // It is there and can be read.
  const DataFolder folder(options.data);
  DOORSTEP_CHECK(folder.create());
  const std::int64_t now_ms = SystemClock().read().wall_ms;
  auto restored = place_office(folder, options.file, now_ms);
  Status done;
  if (!restored)
    done = tl::unexpected(restored.error());
  else
    done = place_keys(folder, options, restored->office, now_ms);
  if (done) done = record_restore(options);
  const auto erased = done ? erase_again(folder, options) : Result<std::size_t>(0);
  if (!erased) done = tl::unexpected(erased.error());
  if (!done) {
    folder.remove();
    return done;
  }
  if (options.json)
    std::printf("%s\n", nlohmann::json{{"office", to_text(restored->office)},
                                       {"incarnation", restored->incarnation},
                                       {"erased_again", *erased}}
                            .dump()
                            .c_str());
  else
    say("已恢复“" + restored->name + "”到 " + options.data +
            "。备份之后各部手机交来的记录、街道自己做的改动不在里面,手机连上后会自动再交一遍;对先留着没有"
            "入账的记录的裁定、表格升级和没用过的邀请要重新做。旧的文件夹不要再用来 serve。",
        "Restored '" + restored->name + "' into " + options.data +
            ". What phones brought and what the office did after the backup is not in it; phones bring it "
            "again by themselves. Decisions about held records, a newer pack and unused invitations have to "
            "be made again. Do not serve the old folder any more.");
  return {};
}

}  // namespace doorstep::server
