#include "app/command_line.hpp"

#include <exception>

#include "app/audit_words.hpp"
#include "app/command_options.hpp"
#include "app/commands.hpp"
#include "app/listen_address.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"

namespace doorstep::server {
namespace {

void add_office_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* init = add_command(app, "init", "新建一个街道的数据", "make a new office");
  auto init_options = options_of(init, chosen, &run_init);
  add_data(init, init_options->data);
  init->add_option("--pack", init_options->pack, "表格包文件夹 / folder of the schema pack")
      ->required()
      ->type_name("DIR");
  init->add_option("--office", init_options->office, "街道名称 / the office's name")->type_name("NAME");
  add_json(init, init_options->json);

  CLI::App* upgrade = add_command(app, "upgrade", "换用新版本的表格包(不用停服务)",
                                  "take a newer pack into use, also while serving");
  auto upgrade_options = options_of(upgrade, chosen, &run_upgrade);
  add_data(upgrade, upgrade_options->data);
  upgrade->add_option("--pack", upgrade_options->pack, "表格包文件夹 / folder of the schema pack")
      ->required()
      ->type_name("DIR");
  upgrade->add_flag("--dry-run", upgrade_options->dry_run, "只检查,不写入 / check only, write nothing");
  add_json(upgrade, upgrade_options->json);

  CLI::App* serve = add_command(app, "serve", "启动服务,等手机来连", "serve phones");
  auto serve_options = options_of(serve, chosen, &run_serve);
  add_data(serve, serve_options->data);
  serve->add_option("--listen", serve_options->listen, "监听地址 / address to listen on")
      ->type_name("HOST:PORT")
      ->default_str(std::string(kDefaultListen));
  serve->add_flag("--insecure-http", serve_options->insecure_http,
                  "不加密,只限本机测试 / no TLS, for tests on loopback addresses only");
  serve->add_flag("--log-json", serve_options->log_json, "日志用JSON行 / write the log as JSON lines");
  serve->add_flag("--verbose", serve_options->verbose, "每个请求都记日志 / log every request");

  CLI::App* dev = add_command(app, "dev", "在临时文件夹里试用", "try a sample office in a temporary folder");
  auto dev_options = options_of(dev, chosen, &run_dev);
  dev->add_option("--pack", dev_options->pack, "表格包文件夹 / folder of the schema pack")->type_name("DIR");
  dev->add_option("--listen", dev_options->listen, "监听地址 / address to listen on")->type_name("HOST:PORT");
  dev->add_option("--host", dev_options->host, "手机访问用的主机名 / host that phones are to call")
      ->type_name("HOST");
  dev->add_flag("--log-json", dev_options->log_json, "日志用JSON行 / write the log as JSON lines");
}

void add_table_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* form = add_command(app, "template", "生成一份空表格来填", "write an empty form to fill in");
  auto form_options = options_of(form, chosen, &run_template);
  form->add_option("table", form_options->table, "表,如 places / table, such as places")
      ->required()
      ->type_name("TABLE");
  form->add_option("file", form_options->file, "写到哪个文件 / file to write")
      ->required()
      ->type_name("FILE.xlsx");
  form->add_option("--data", form_options->data, "数据文件夹 / the office's data folder")->type_name("DIR");
  form->add_option("--pack", form_options->pack, "表格包,没有 --data 时用 / pack, when there is no --data")
      ->type_name("DIR");

  CLI::App* import = add_command(app, "import", "导入表格", "import a workbook or CSV file");
  auto import_options = options_of(import, chosen, &run_import);
  import->add_option("table", import_options->table, "表,如 places / table, such as places")
      ->required()
      ->type_name("TABLE");
  import->add_option("file", import_options->file, "Excel工作簿或CSV文件 / workbook or CSV file")
      ->required()
      ->type_name("FILE");
  add_data(import, import_options->data);
  import
      ->add_option("--sheet", import_options->sheet,
                   "哪个工作表,默认是第一个表头合适的 / which sheet, else the first whose headings fit")
      ->type_name("NAME");
  CLI::Option* fixed =
      import
          ->add_option(
              "--fixed", import_options->fixed,
              "写一份副本,每行说明哪里不对,在里面改正 / write a copy to correct, which says what is wrong")
          ->type_name("FILE.xlsx");
  import
      ->add_flag("--only-bad", import_options->only_bad, "副本里只留有错的行 / only faulty rows in that copy")
      ->needs(fixed);
  import->add_flag("--dry-run", import_options->dry_run, "只检查,不写入 / check only, write nothing");
  import->add_flag("--skip-bad", import_options->skip_bad,
                   "跳过有错的行 / leave faulty rows out and import the rest");
  add_json(import, import_options->json);

  CLI::App* export_ = add_command(app, "export", "导出表格", "export a table");
  auto export_options = options_of(export_, chosen, &run_export);
  export_->add_option("table", export_options->table, "表 / table")->required()->type_name("TABLE");
  export_
      ->add_option("file", export_options->file,
                   "写到哪个文件,按扩展名:.xlsx、.csv、.geojson / file to write, by its extension")
      ->required()
      ->type_name("FILE");
  add_data(export_, export_options->data);
  add_json(export_, export_options->json);
}

void add_roster_commands(CLI::App& app, Chosen& chosen) {
  add_table_commands(app, chosen);

  CLI::App* invite = add_command(app, "invite", "邀请人加入", "invite people");
  auto options = options_of(invite, chosen, &run_invite);
  add_data(invite, options->data);
  invite->add_option("--person", options->person, "姓名 / name")->type_name("NAME");
  invite->add_option("--phone", options->phone,
                     "联系电话,用来区分同名 / phone, tells apart people of one name");
  invite->add_option("--role", options->role, "岗位 / post")->type_name("ROLE");
  invite->add_option("--place", options->place, "负责地点的编码 / code of the place")->type_name("CODE");
  invite
      ->add_option("--file", options->file,
                   "名单:姓名、联系电话、岗位、地点 / list: name, phone, role, place")
      ->type_name("FILE");
  invite->add_option("--out", options->out, "写出带链接的名单 / the list with its URLs")
      ->type_name("FILE.csv");
  invite->add_option("--host", options->host, "手机访问用的地址 / address that phones are to call")
      ->type_name("HOST[:PORT]");
  invite->add_option("--expires", options->expires_hours, "多少小时后失效 / hours until it expires")
      ->check(CLI::Range(0.01, 24.0 * 365))
      ->capture_default_str();
  invite->add_flag("--qr", options->qr, "显示二维码 / draw a QR code");
  invite
      ->add_option("--qr-png", options->qr_png,
                   "二维码图片;用名单时是文件夹 / a picture of it; with a list, a folder of them")
      ->type_name("PATH");
  add_json(invite, options->json);
}

void add_reading_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* query = add_command(app, "query", "用SQL查数据(只读)", "read with SQL");
  auto query_options = options_of(query, chosen, &run_query);
  query->add_option("sql", query_options->sql, "SELECT ...")->required();
  add_data(query, query_options->data);
  add_json(query, query_options->json);

  CLI::App* view = add_command(app, "view", "看现成的清单;不写名字就列出有哪些", "ask a view, or list them");
  auto view_options = options_of(view, chosen, &run_view);
  view->add_option("name", view_options->name, "视图 / view")->type_name("NAME");
  view->add_option("parameters", view_options->parameters, "参数 / parameters")->type_name("NAME=VALUE");
  add_data(view, view_options->data);
  CLI::Option* view_file =
      view->add_option("--out", view_options->file,
                       "写到文件,按扩展名:.xlsx、.csv、.geojson / write a file, by its extension")
          ->type_name("FILE");
  view->add_flag("--sign-off", view_options->to_sign,
                 "右边加一列签字(只用于 .xlsx) / with a column to sign in (.xlsx only)")
      ->needs(view_file);
  view->add_flag("--json", view_options->json, "以JSON输出 / print JSON instead of sentences")
      ->excludes(view_file);

  CLI::App* find = add_command(app, "find", "按姓名、拼音首字母、门牌号、电话查找",
                               "find by name, pinyin initials, door number, phone");
  auto find_options = options_of(find, chosen, &run_find);
  find->add_option("text", find_options->text, "如 王淑芬、wsf、3号楼 1501 / such as wsf, 1501")
      ->required()
      ->type_name("TEXT");
  find->add_option("--limit", find_options->limit, "最多列出几条 / at most so many")->capture_default_str();
  add_data(find, find_options->data);
  add_json(find, find_options->json);

  CLI::App* brief = add_command(app, "brief", "每日简报,一个工作簿,每张表可签字",
                                "the daily brief as one workbook to sign");
  auto brief_options = options_of(brief, chosen, &run_brief);
  add_data(brief, brief_options->data);
  brief->add_option("--out", brief_options->out, "写到哪个文件 / file to write")
      ->required()
      ->type_name("FILE.xlsx");
  brief->add_option("--on", brief_options->on, "哪一天的,默认今天 / of which day, else today")
      ->type_name("YYYY-MM-DD");
  add_json(brief, brief_options->json);

  CLI::App* rollup = add_command(app, "rollup", "把几个街道的汇总加在一起(县级)",
                                 "add up the counts of several offices, for the county");
  auto rollup_options = options_of(rollup, chosen, &run_rollup);
  rollup
      ->add_option("files", rollup_options->files,
                   "各街道 view county_counts --out 写出的文件 / what each office's view of counts wrote")
      ->required()
      ->type_name("FILE");
  rollup->add_option("--out", rollup_options->out, "写到文件:.xlsx 或 .csv / write an .xlsx or .csv file")
      ->type_name("FILE");

  CLI::App* catalogue =
      add_command(app, "catalogue", "有哪些表、列和视图(JSON)", "tables, columns and views, as JSON");
  add_data(catalogue, options_of(catalogue, chosen, &run_catalogue)->data);

  CLI::App* conflicts = add_command(app, "conflicts", "列出待核实的不同说法", "list open conflicts");
  auto conflicts_options = options_of(conflicts, chosen, &run_conflicts);
  add_data(conflicts, conflicts_options->data);
  conflicts->add_flag("--all", conflicts_options->all, "已经定过的也列出 / settled ones too");
  add_json(conflicts, conflicts_options->json);

  CLI::App* decide = add_command(app, "decide", "对不同说法作决定", "settle a conflict");
  auto decide_options = options_of(decide, chosen, &run_decide);
  decide
      ->add_option(
          "entry", decide_options->entry,
          "conflicts 列出的编号,写前几位即可 / as `conflicts` lists it, the first characters will do")
      ->required()
      ->type_name("ENTRY");
  CLI::Option* keep =
      decide
          ->add_option("--keep", decide_options->keep,
                       "shown:现在显示的;other:另一种 / shown: what shows; other: the other value")
          ->check(CLI::IsMember({"shown", "other"}));
  decide->add_option("--value", decide_options->value, "都不对,应为 / neither: this value")->excludes(keep);
  add_data(decide, decide_options->data);
  add_json(decide, decide_options->json);

  CLI::App* why = add_command(app, "why", "这一格为什么是这个值", "why a cell reads as it does");
  auto why_options = options_of(why, chosen, &run_why);
  why->add_option("table", why_options->table, "表 / table")->required()->type_name("TABLE");
  why->add_option("id", why_options->row, "记录编号、编码或姓名 / id, code or name")
      ->required()
      ->type_name("ID");
  why->add_option("column", why_options->column, "列 / column")->required()->type_name("COLUMN");
  add_data(why, why_options->data);
  add_json(why, why_options->json);
}

std::shared_ptr<HeldDecision> add_decision(CLI::App* command, Chosen& chosen,
                                           Status (*run)(const HeldDecision&)) {
  auto options = options_of(command, chosen, run);
  command->add_option("group", options->group, "哪一条 / which one")->required()->type_name("ACTOR/GROUP");
  add_data(command, options->data);
  command->add_option("--by", options->by, "谁决定的 / who decides")->type_name("NAME")->default_val("街道");
  command->add_option("--note", options->note, "给登记的人看的话 / what its holder is to read")
      ->type_name("TEXT");
  add_json(command, options->json);
  return options;
}

void add_held_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* held = add_command(app, "held", "先留着没有入账的", "what is kept without effect");
  options_of_list(held, chosen, &run_held);
  CLI::App* show = held->add_subcommand("show", "看一条 / show one");
  auto show_options = options_of(show, chosen, &run_held);
  show->add_option("group", show_options->group, "哪一条 / which one")->required()->type_name("ACTOR/GROUP");
  add_data(show, show_options->data);
  show->add_flag("--reveal", show_options->reveal,
                 "也看隐藏的内容,会记下来 / what is hidden, too; on record");
  show->add_option("--reason", show_options->reason, "为什么要看 / why")->type_name("TEXT");
  show->add_option("--by", show_options->by, "谁看的 / who looks")->type_name("NAME");
  add_json(show, show_options->json);
  add_decision(held->add_subcommand("release", "照原样入账 / apply it as it was recorded"), chosen,
               &run_release);
  add_decision(held->add_subcommand("return", "退回给登记的人 / give it back to its holder"), chosen,
               &run_return);
  CLI::App* edit = held->add_subcommand("edit", "改过再入账 / apply it with changes");
  auto edit_options = add_decision(edit, chosen, &run_edit_held);
  edit->add_option("--set", edit_options->set, "改哪一格 / a changed value")
      ->required()
      ->type_name("TABLE.COLUMN=VALUE");
}

void add_device_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* devices = add_command(app, "devices", "登记过的手机", "enrolled devices");
  auto listed = options_of_list(devices, chosen, &run_devices);
  devices->add_flag("--csv", listed->csv, "以CSV输出,Excel能打开 / print CSV");

  CLI::App* revoke = devices->add_subcommand(
      "revoke", "收回一部手机:交出记录后清除资料 / revoke one: it brings its records and is wiped");
  auto revoked = options_of(revoke, chosen, &run_revoke_device);
  revoke->add_option("device", revoked->device, "手机的编号 / its number")->required()->type_name("NUMBER");
  revoke->add_option("--reason", revoked->reason, "为什么 / why")->required()->type_name("TEXT");
  CLI::Option* lost = revoke->add_flag("--lost", revoked->lost,
                                       "丢了:此后交来的先不生效 / lost: what it brings from now on is held");
  revoke
      ->add_option("--since", revoked->since,
                   "什么时候丢的:此后记的先不生效 / lost since: what it recorded from then on is held")
      ->excludes(lost)
      ->type_name("TIME");
  add_data(revoke, revoked->data);
  add_json(revoke, revoked->json);

  CLI::App* rename = devices->add_subcommand("rename", "改手机的名字 / give one another name");
  auto renamed = options_of(rename, chosen, &run_rename_device);
  rename->add_option("device", renamed->device, "手机的编号 / its number")->required()->type_name("NUMBER");
  rename->add_option("name", renamed->name, "新名字 / the new name")->required()->type_name("NAME");
  add_data(rename, renamed->data);
}

void add_sealed_command(CLI::App& app, Chosen& chosen) {
  CLI::App* sealed = add_command(app, "open-sealed", "收下手机清除时留下的密封记录",
                                 "take the sealed records that a wiped phone left");
  auto options = options_of(sealed, chosen, &run_open_sealed);
  sealed->add_option("file", options->file, "密封文件 / the sealed file")->required()->type_name("FILE");
  add_data(sealed, options->data);
  add_json(sealed, options->json);
}

void add_sameness_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* same = add_command(app, "same", "两条是同一个,归到第二条", "declare two rows one thing");
  auto same_options = options_of(same, chosen, &run_same);
  CLI::App* undo = add_command(app, "undo-same", "撤销归并", "take such a declaration back");
  auto undo_options = options_of(undo, chosen, &run_undo_same);
  for (const auto& [command, options] : {std::pair{same, same_options}, std::pair{undo, undo_options}}) {
    command->add_option("table", options->table, "表 / table")->required()->type_name("TABLE");
    command->add_option("id", options->row, "记录编号、编码或姓名 / id, code or name")
        ->required()
        ->type_name("ID");
    if (command == same) {
      command->add_option("other", options->other, "归到哪一条 / what it is folded into")
          ->required()
          ->type_name("ID");
      command->add_option("--note", options->note, "为什么 / why")->type_name("TEXT");
    }
    add_data(command, options->data);
    add_json(command, options->json);
  }

  CLI::App* split =
      add_command(app, "split", "把误合成一户的两家分开", "part two families that met in one row");
  auto parted = options_of(split, chosen, &run_split);
  split->add_option("table", parted->table, "household")->required()->check(CLI::IsMember({"household"}));
  split->add_option("id", parted->row, "户门编码/序号或编号 / door code, door/number or id")
      ->required()
      ->type_name("DOOR/NUMBER");
  split->add_option("--person", parted->person, "谁写的要分出去 / whose words go to the new one")
      ->required()
      ->type_name("NAME");
  split->add_flag("--dry-run", parted->dry_run, "只看,不写入 / tell, write nothing");
  add_data(split, parted->data);
  add_json(split, parted->json);

  CLI::App* duplicates =
      add_command(app, "duplicates", "找出可能登记了两遍的", "find what may be registered twice");
  auto found = options_of(duplicates, chosen, &run_duplicates);
  duplicates
      ->add_option("action", found->action,
                   "accept:归到一起;reject:不是同一个;不写则列出 / accept, reject; else list")
      ->check(CLI::IsMember({"accept", "reject"}));
  duplicates->add_option("entries", found->entries, "列出的编号,写前几位即可 / codes as listed")
      ->type_name("ENTRY");
  duplicates->add_flag("--all", found->all, "accept 全部 / accept all");
  duplicates
      ->add_option("--min-score", found->min_score, "把握不低于(0–100) / only those of this score and more")
      ->check(CLI::Range(0, 100));
  add_data(duplicates, found->data);
  add_json(duplicates, found->json);
}

void add_erasure_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* erase = add_command(app, "erase", "删除一个人(或一条记录)的个人信息,历史里的也删,不能恢复",
                                "erase what is personal in a row, in its history, too; for good");
  auto erase_options = options_of(erase, chosen, &run_erase);
  erase->add_option("table", erase_options->table, "表 / table, e.g. resident")
      ->required()
      ->type_name("TABLE");
  erase->add_option("row", erase_options->row, "编号或姓名 / id or name")->required()->type_name("ROW");
  add_data(erase, erase_options->data);
  erase->add_option("--reason", erase_options->reason, "为什么,不要写姓名 / why, without a name")
      ->required()
      ->type_name("TEXT");
  erase->add_option("--by", erase_options->by, "经办人 / who does it")->type_name("NAME");
  erase->add_flag("--dry-run", erase_options->dry_run, "只看,不改 / change nothing");
  add_json(erase, erase_options->json);

  CLI::App* retention =
      add_command(app, "retention", "到期的个人信息现在就删(serve 每天会自己做),并列出各表的期限和条数",
                  "erase personal data whose time is over, as serve does daily; lists rules and counts");
  auto retention_options = options_of(retention, chosen, &run_retention);
  add_data(retention, retention_options->data);
  retention->add_flag("--dry-run", retention_options->dry_run, "只看,不改 / change nothing");
  add_json(retention, retention_options->json);
}

void add_safety_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* backup = add_command(app, "backup", "备份(不用停服务)", "back up, also while serving");
  auto backup_options = options_of(backup, chosen, &run_backup);
  backup->add_option("file", backup_options->file, "备份文件 / backup file")->required()->type_name("FILE");
  add_data(backup, backup_options->data);
  backup
      ->add_option("--passphrase-file", backup_options->passphrase_file,
                   "口令文件,密钥用它加密后放进备份 / passphrase for the office's keys")
      ->type_name("FILE");
  add_json(backup, backup_options->json);

  CLI::App* restore = add_command(app, "restore", "从备份恢复", "restore a backup into a new folder");
  auto restore_options = options_of(restore, chosen, &run_restore);
  restore->add_option("file", restore_options->file, "备份文件 / backup file")->required()->type_name("FILE");
  add_data(restore, restore_options->data);
  restore
      ->add_option("--passphrase-file", restore_options->passphrase_file,
                   "备份时的口令文件 / the backup's passphrase")
      ->type_name("FILE");
  restore->add_option("--keys", restore_options->keys, "另外保存的密钥文件夹 / a copy of the keys folder")
      ->type_name("DIR");
  restore
      ->add_option(
          "--erasures", restore_options->erasures,
          "删除记录(erasures.jsonl),备份之后删过的人要再删一次;备份旁边的会自动找到 / journal of what "
          "was erased after the backup; one beside it is found by itself")
      ->type_name("FILE");
  restore->add_flag(
      "--new-identity", restore_options->new_identity,
      "备份里没有密钥时,换新身份(所有手机要重新邀请) / make new keys; every phone must be invited again");
  add_json(restore, restore_options->json);

  CLI::App* keys =
      add_command(app, "keys", "街道的密钥:查看,或换新(renew)", "the office's keys: look, or renew them");
  auto keys_options = options_of(keys, chosen, &run_keys);
  keys->add_option("action", keys_options->action, "renew:换新;不写则查看 / renew; else look")
      ->check(CLI::IsMember({"renew"}));
  add_data(keys, keys_options->data);
  keys->add_flag("--identity", keys_options->identity, "身份密钥也换 / the identity key too");
  add_json(keys, keys_options->json);

  CLI::App* compact = add_command(app, "compact", "清理不再需要的旧内容,腾出空间(serve 每天会自己做)",
                                  "take away what nobody needs any more; serve does so daily");
  auto compact_options = options_of(compact, chosen, &run_compact);
  add_data(compact, compact_options->data);
  compact
      ->add_option("--lease-days", compact_options->lease_days,
                   "多少天没联系的手机不再等 / devices away for longer begin afresh")
      ->check(CLI::Range(1, 36'500))
      ->capture_default_str();
  compact
      ->add_option("--history-days", compact_options->history_days,
                   "改动以前的内容保存多少天 / how long superseded content is kept")
      ->check(CLI::Range(1, 36'500))
      ->capture_default_str();
  compact->add_flag("--without-backup", compact_options->without_backup,
                    "没有备份过的旧内容也清理 / also what no backup has");
  compact->add_flag("--dry-run", compact_options->dry_run, "只看,不改 / change nothing");
  add_json(compact, compact_options->json);

  CLI::App* audit = add_command(app, "audit", "谁看过、导出、决定、改过什么",
                                "who read, exported, decided, administered what");
  auto audit_options = options_of(audit, chosen, &run_audit);
  add_data(audit, audit_options->data);
  audit->add_option("--since", audit_options->since, "从这一天起 / from this day on")
      ->type_name("YYYY-MM-DD");
  audit->add_option("--who", audit_options->who, "谁 / whose")->type_name("NAME");
  audit->add_option("--what", audit_options->what, "哪一类 / which kind: " + audit_names())
      ->type_name("KIND");
  CLI::Option* head = audit->add_flag("--head", audit_options->head,
                                      "只显示最后一条的序号和摘要,抄下来另存 / the last entry's number and "
                                      "digest, to be written down");
  CLI::Option* csv = audit->add_flag("--csv", audit_options->csv, "CSV,用Excel打开 / CSV for Excel");
  head->excludes(csv);
  add_json(audit, audit_options->json);

  add_erasure_commands(app, chosen);

  CLI::App* verify = add_command(app, "verify", "检查数据是否完好", "check the office's data");
  auto verify_options = options_of(verify, chosen, &run_verify);
  add_data(verify, verify_options->data);
  verify
      ->add_option("--audit-head", verify_options->audit_head,
                   "抄下来的 audit --head,核对留痕没有被截短 / what was written down of `audit --head`")
      ->type_name("NUMBER:DIGEST");
  add_json(verify, verify_options->json);
}

/// A mistake in the command line, or a call for help.
int report_usage(CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  warn("命令写得不对,加 --help 看用法。", std::string(error.what()) + " (--help shows the usage)");
  return kExitUsage;
}

int run_chosen(const Chosen& chosen) {
  const bool json = chosen.json != nullptr && *chosen.json;
  try {
    const Status done = chosen.run();
    return done ? kExitDone : report(done.error(), json);
  } catch (const std::exception& error) {
    return report(
        {ErrorDomain::internal, ErrorCode::invariant_broken, Retry::never,
         std::string("程序内部出错,已停止,没有写入半条数据:") + error.what(),
         std::string("A fault inside the program; it stopped before writing anything half: ") + error.what()},
        json);
  }
}

void add_sample_command(CLI::App& app, Chosen& chosen) {
  CLI::App* sample = add_command(app, "sample", "随机抽取要回访的住户,写出名单",
                                 "draw households to call about their leaders, and list them");
  auto options = options_of(sample, chosen, &run_sample);
  add_data(sample, options->data);
  sample->add_option("--round", options->round, "回访批次,如 2026年第四季度 / name of the round of calls")
      ->required()
      ->type_name("NAME");
  sample->add_option("--role", options->role, "评的是哪个岗位 / post that the calls are about")
      ->type_name("ROLE");
  sample->add_option("--place", options->place, "只抽这个地点(编码)下面的 / only beneath this place")
      ->type_name("CODE");
  sample->add_option("--homes", options->homes, "一共抽多少户 / how many homes altogether")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  sample
      ->add_option("--each-leader", options->each_leader, "每人至少抽几户 / at least so many of each leader")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  sample
      ->add_option("--not-called-days", options->not_called_days,
                   "多少天内回访过的不抽 / leave out who was called in the last so many days")
      ->check(CLI::Range(0, 3'650))
      ->capture_default_str();
  sample
      ->add_option("--seed", options->seed,
                   "随机种子,默认随机取一个;都会留痕 / seed, else a random one; recorded either way")
      ->type_name("TEXT");
  sample
      ->add_option("--out", options->out,
                   "名单:这一批还没回访的,.xlsx 或 .csv / the list of those still to be called")
      ->type_name("FILE");
  sample->add_flag("--dry-run", options->dry_run, "只看有多少可抽,不抽 / count only, draw nothing");
  add_json(sample, options->json);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"家门口:街道的数据服务 / Doorstep: the street office's server", "doorstep-server"};
  app.set_version_flag("--version", DOORSTEP_VERSION);
  app.require_subcommand(1);
  Chosen chosen;
  add_office_commands(app, chosen);
  add_roster_commands(app, chosen);
  add_form_commands(app, chosen);
  add_paper_commands(app, chosen);
  add_reading_commands(app, chosen);
  add_sample_command(app, chosen);
  add_print_commands(app, chosen);
  add_held_commands(app, chosen);
  add_device_commands(app, chosen);
  add_sealed_command(app, chosen);
  add_sameness_commands(app, chosen);
  add_safety_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error);
  }
  return run_chosen(chosen);
}

}  // namespace doorstep::server
