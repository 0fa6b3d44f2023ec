#pragma once

#include <doorstep/error.hpp>
#include <optional>
#include <string>
#include <vector>

/// What each command does once its options are read. They print their result themselves; errors are printed
/// by the caller.
namespace doorstep::server {

struct InitOptions {
  std::string data;
  std::string pack;
  std::string office;
  bool json = false;
};
Status run_init(const InitOptions& options);

struct UpgradeOptions {
  std::string data;
  std::string pack;
  bool dry_run = false;
  bool json = false;
};
Status run_upgrade(const UpgradeOptions& options);

struct ServeOptions {
  std::string data;
  std::string listen;
  bool insecure_http = false;
  bool log_json = false;
  bool verbose = false;
};
Status run_serve(const ServeOptions& options);

struct DevOptions {
  std::string pack;
  std::string listen;
  std::string host;
  bool log_json = false;
};
Status run_dev(const DevOptions& options);

struct ImportOptions {
  std::string data;
  std::string table;
  std::string file;
  std::string sheet;
  std::string fixed;      ///< A copy to correct the file in.
  bool only_bad = false;  ///< Good rows are left out of it.
  bool dry_run = false;
  bool skip_bad = false;
  bool json = false;
};
Status run_import(const ImportOptions& options);

struct TemplateOptions {
  std::string data;
  std::string pack;
  std::string table;
  std::string file;
};
Status run_template(const TemplateOptions& options);

struct ExportOptions {
  std::string data;
  std::string table;
  std::string file;
  bool json = false;
};
Status run_export(const ExportOptions& options);

struct FormOptions {
  std::string data;
  std::string file;
  std::string place;
  bool json = false;
};
Status run_check_form(const FormOptions& options);
Status run_import_form(const FormOptions& options);

struct InviteOptions {
  std::string data;
  std::string person;
  std::string phone;
  std::string role;
  std::string place;
  std::string host;
  std::string file;
  std::string out;
  double expires_hours = 24.0 * 14;
  bool qr = false;
  std::string qr_png;  ///< File; with a list, folder.
  bool json = false;
};
Status run_invite(const InviteOptions& options);

struct QueryOptions {
  std::string data;
  std::string sql;
  bool json = false;
};
Status run_query(const QueryOptions& options);

struct ViewOptions {
  std::string data;
  std::string name;                     ///< Empty: list them.
  std::vector<std::string> parameters;  ///< name=value
  std::string file;                     ///< To write to, by its extension; empty for the terminal.
  bool to_sign = false;                 ///< With a column to sign in.
  bool json = false;
};
Status run_view(const ViewOptions& options);

struct FindOptions {
  std::string data;
  std::string text;
  std::size_t limit = 20;
  bool json = false;
};
Status run_find(const FindOptions& options);

/// The views of the pack's brief, a sheet each.
struct BriefOptions {
  std::string data;
  std::string out;
  std::string on;  ///< YYYY-MM-DD; empty for today.
  bool json = false;
};
Status run_brief(const BriefOptions& options);

/// Households to call about their leaders. Without a number of homes nothing is drawn: the list is written of
/// those that the round still has to call.
struct SampleOptions {
  std::string data;
  std::string round;
  std::string role;             ///< Whom the calls are about.
  std::string place;            ///< Only what is beneath it; empty for all.
  std::size_t homes = 0;        ///< Altogether.
  std::size_t each_leader = 0;  ///< At least so many of each.
  int not_called_days = 90;
  std::string seed;  ///< Empty: a random one.
  std::string out;
  bool dry_run = false;
  bool json = false;
};
Status run_sample(const SampleOptions& options);

/// The counts of several offices, added up: files that each wrote of one view of counts.
struct RollupOptions {
  std::vector<std::string> files;
  std::string out;  ///< Empty for the terminal.
};
Status run_rollup(const RollupOptions& options);

/// What residents see at doors, as PDF or SVG.
struct PrintOptions {
  std::string data;
  std::string out;
  std::string place;           ///< Only what is beneath it; empty for all.
  std::string level = "unit";  ///< Of plates.
  std::string person;          ///< Whose cards; empty for everybody's.
  std::string host;            ///< As for `invite`.
  std::string campaign;        ///< Of questionnaires.
  bool all = false;            ///< Doors that have answered, too.
  bool json = false;
};
Status run_print_plates(const PrintOptions& options);
Status run_print_cards(const PrintOptions& options);
Status run_print_questionnaires(const PrintOptions& options);

struct CatalogueOptions {
  std::string data;
};
Status run_catalogue(const CatalogueOptions& options);

struct ConflictsOptions {
  std::string data;
  bool all = false;  ///< Settled ones too.
  bool json = false;
};
Status run_conflicts(const ConflictsOptions& options);

struct DecideOptions {
  std::string data;
  std::string entry;  ///< Its id, or enough of its beginning.
  std::string keep;   ///< shown, other
  std::string value;
  bool json = false;
};
Status run_decide(const DecideOptions& options);

struct WhyOptions {
  std::string data;
  std::string table;
  std::string row;
  std::string column;
  bool json = false;
};
Status run_why(const WhyOptions& options);

/// The list of held groups, or one of them.
struct HeldOptions {
  std::string data;
  std::string group;    ///< ACTOR/GROUP
  bool reveal = false;  ///< Shows what sensitive columns were given, which is recorded with
  std::string reason;
  std::string by;
  bool json = false;
};
Status run_held(const HeldOptions& options);

/// What somebody at the office decides about a held group.
struct HeldDecision {
  std::string data;
  std::string group;
  std::string by;
  std::string note;
  std::vector<std::string> set;  ///< table.column=value
  bool json = false;
};
Status run_release(const HeldDecision& options);
Status run_return(const HeldDecision& options);
Status run_edit_held(const HeldDecision& options);

struct DevicesOptions {
  std::string data;
  bool csv = false;
  bool json = false;
};
Status run_devices(const DevicesOptions& options);

struct RevokeDeviceOptions {
  std::string data;
  std::string device;  ///< Its number.
  std::string reason;
  bool lost = false;
  std::string since;  ///< Lost since then: a date, or a date and a time.
  bool json = false;
};
Status run_revoke_device(const RevokeDeviceOptions& options);

struct RenameDeviceOptions {
  std::string data;
  std::string device;
  std::string name;
};
Status run_rename_device(const RenameDeviceOptions& options);

struct OpenSealedOptions {
  std::string data;
  std::string file;
  bool json = false;
};
Status run_open_sealed(const OpenSealedOptions& options);

struct SameOptions {
  std::string data;
  std::string table;
  std::string row;
  std::string other;
  std::string note;
  bool json = false;
};
Status run_same(const SameOptions& options);
Status run_undo_same(const SameOptions& options);

struct DuplicatesOptions {
  std::string data;
  std::string action;                ///< accept, reject; empty: list.
  std::vector<std::string> entries;  ///< Codes as listed, or enough of their beginning.
  bool all = false;
  int min_score = 0;
  bool json = false;
};
Status run_duplicates(const DuplicatesOptions& options);

struct SplitOptions {
  std::string data;
  std::string table;
  std::string row;
  std::string person;
  bool dry_run = false;
  bool json = false;
};
Status run_split(const SplitOptions& options);

struct BackupOptions {
  std::string data;
  std::string file;
  std::string passphrase_file;
  bool json = false;
};
Status run_backup(const BackupOptions& options);

struct RestoreOptions {
  std::string data;
  std::string file;
  std::string erasures;  ///< A journal; the one beside the backup is looked for as well.
  std::string passphrase_file;
  std::string keys;
  bool new_identity = false;
  bool json = false;
};
Status run_restore(const RestoreOptions& options);

struct KeysOptions {
  std::string data;
  std::string action;  ///< renew, or nothing.
  bool identity = false;
  bool json = false;
};
Status run_keys(const KeysOptions& options);

struct CompactOptions {
  std::string data;
  int lease_days = 60;
  int history_days = 400;
  bool without_backup = false;
  bool dry_run = false;
  bool json = false;
};
Status run_compact(const CompactOptions& options);

struct AuditOptions {
  std::string data;
  std::string since;  ///< YYYY-MM-DD
  std::string who;
  std::string what;
  bool head = false;
  bool csv = false;
  bool json = false;
};
Status run_audit(const AuditOptions& options);

struct EraseOptions {
  std::string data;
  std::string table;
  std::string row;
  std::string by;
  std::string reason;
  bool dry_run = false;
  bool json = false;
};
Status run_erase(const EraseOptions& options);

struct RetentionOptions {
  std::string data;
  bool dry_run = false;
  bool json = false;
};
Status run_retention(const RetentionOptions& options);

struct VerifyOptions {
  std::string data;
  std::string audit_head;  ///< NUMBER:DIGEST, as `audit --head` prints it.
  bool json = false;
};
Status run_verify(const VerifyOptions& options);

}  // namespace doorstep::server
