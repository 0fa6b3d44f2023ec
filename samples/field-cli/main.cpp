// doorstep: a phone in a terminal, over the public SDK alone. See commands.hpp for what each command does.

#include <CLI/CLI.hpp>
#include <doorstep/native.hpp>
#include <filesystem>
#include <map>

#include "commands.hpp"

namespace field {
namespace {

struct Arguments {
  std::string db;
  std::string device = "phone";
  bool json = false;
  Language language = Language::both;
  std::string key_file, new_key_file;
  std::string url, table, row, other, note, column, reason, sql, entry, keep, value;
  std::vector<std::string> values;
  std::uint64_t group = 0;
  std::string view, form, draft;
  std::string text;
  std::size_t limit = 20;
  bool csv = false;
  bool watch = false;
  bool sure = false;
  unsigned every_s = 30;
  BatchOptions batch;
};

enum class Command {
  join,
  add,
  edit,
  remove,
  sync,
  query,
  view,
  catalogue,
  find,
  form,
  status,
  conflicts,
  decide,
  why,
  reveal,
  held,
  retry,
  dismiss,
  same,
  undo_same,
  folded,
  rekey,
  wipe,
  batch
};

void describe(CLI::App& app, Arguments& arguments, std::map<CLI::App*, Command>& commands) {
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--db", arguments.db, "这部手机的数据文件 · this phone's file (or $DOORSTEP_DB)")
      ->envname("DOORSTEP_DB")
      ->required()
      ->type_name("FILE");
  app.add_option("--key-file", arguments.key_file,
                 "数据文件的密钥:64位十六进制 · the file's key, 64 hex digits (or $DOORSTEP_KEY_FILE)")
      ->envname("DOORSTEP_KEY_FILE")
      ->type_name("FILE");
  app.add_flag("--json", arguments.json, "给程序读的输出 · output for programs");
  app.add_option_function<std::string>(
         "--lang",
         [&](const std::string& name) { arguments.language = name == "zh" ? Language::zh : Language::en; },
         "只用一种语言 · one language only")
      ->check(CLI::IsMember({"zh", "en"}).description(""))
      ->type_name("zh|en");
  const auto command = [&](Command which, const char* name, const char* words) {
    CLI::App* made = app.add_subcommand(name, words);
    commands[made] = which;
    return made;
  };
  CLI::App* join = command(Command::join, "join", "用邀请链接加入街道 · join an office with an invitation");
  join->add_option("URL", arguments.url)->required();
  join->add_option("--device", arguments.device, "这部手机的名字 · what to call this device");

  CLI::App* add = command(Command::add, "add", "登记一条记录 · record a row and print its id");
  CLI::App* edit = command(Command::edit, "edit", "修改一条记录 · change cells of a row");
  CLI::App* remove = command(Command::remove, "remove", "注销一条记录 · delete a row");
  CLI::App* why = command(Command::why, "why", "这一格为什么这样写 · why a cell reads as it does");
  CLI::App* reveal = command(Command::reveal, "reveal",
                             "向街道查看隐藏的一格 · ask the office for a hidden value; it is recorded");
  CLI::App* same = command(Command::same, "same", "两条是同一个,归到第二条 · two rows are one thing");
  CLI::App* undo_same = command(Command::undo_same, "undo-same", "撤销归并 · take that back");
  CLI::App* folded =
      command(Command::folded, "folded", "归在一起的几条各写了什么 · what rows that are one thing say");
  for (CLI::App* each : {add, edit, remove, why, reveal, same, undo_same, folded})
    each->add_option("TABLE", arguments.table)->required();
  for (CLI::App* each : {edit, remove, why, reveal, same, undo_same, folded})
    each->add_option("ID", arguments.row)->required();
  same->add_option("OTHER", arguments.other)->required();
  same->add_option("--note", arguments.note, "为什么 · why");
  for (CLI::App* each : {add, edit}) each->add_option("column=value", arguments.values)->required();
  for (CLI::App* each : {why, reveal}) each->add_option("COLUMN", arguments.column)->required();
  reveal->add_option("--reason", arguments.reason, "为什么要看,会记下来 · why; it goes on record")
      ->required();

  CLI::App* sync = command(Command::sync, "sync", "上传和取回 · send what is waiting, fetch what changed");
  sync->add_flag("--watch", arguments.watch, "一直守着,有信号就上传 · go on until interrupted");
  sync->add_option("--every", arguments.every_s, "守着时每隔几秒 · seconds between rounds of --watch")
      ->check(CLI::Range(1u, 86'400u))
      ->capture_default_str();

  CLI::App* query = command(Command::query, "query", "用SQL查看 · read with SQL");
  query->add_option("SQL", arguments.sql)->required();
  CLI::App* view =
      command(Command::view, "view", "看现成的清单;不写名字就列出有哪些 · ask a view, or list them");
  view->add_option("NAME", arguments.view, "视图 · view");
  view->add_option("parameter=value", arguments.values, "参数 · parameters");
  view->add_flag("--csv", arguments.csv, "以CSV输出 · print CSV");
  command(Command::catalogue, "catalogue", "有哪些表、列和视图(JSON)· tables, columns and views, as JSON");
  CLI::App* find =
      command(Command::find, "find",
              "按姓名、拼音首字母、门牌号、电话查找 · find by name, pinyin initials, door, phone");
  find->add_option("TEXT", arguments.text, "如 王淑芬、wsf、3号楼 1501 · such as wsf, 1501")->required();
  find->add_option("--limit", arguments.limit, "最多列出几条 · at most so many")->capture_default_str();
  CLI::App* form = command(Command::form, "form",
                           "在终端里填一份表单;不写名字就列出有哪些 · fill in a form here, or list them");
  form->add_option("NAME", arguments.form, "表单 · form");
  form->add_option("column=value", arguments.values,
                   "答卷的户门、行动等;不写就只试填 · the answer's place, campaign; without: only try");
  form->add_option("--draft", arguments.draft, "草稿文件,下次接着填 · a draft, to go on with");
  command(Command::status, "status", "哪些还只在这部手机里 · what is only here, what has arrived");
  command(Command::conflicts, "conflicts",
          "两个人写得不一样的地方 · where two people wrote different things");
  CLI::App* decide = command(Command::decide, "decide", "定下以哪一种为准 · settle such a place");
  decide->add_option("ENTRY", arguments.entry, "conflicts 里的编号,写前几位即可 · as conflicts lists it")
      ->required();
  CLI::Option* keep = decide
                          ->add_option("--keep", arguments.keep,
                                       "shown:现在显示的;other:另一种 · what shows, or the other value")
                          ->check(CLI::IsMember({"shown", "other"}));
  decide->add_option("--value", arguments.value, "都不对,应为 · neither, but this")->excludes(keep);

  command(Command::held, "held", "街道留着的和退回来的 · what the office keeps, and what it has returned");
  CLI::App* retry = command(Command::retry, "retry", "把退回来的再记一次 · record a returned one again");
  CLI::App* dismiss = command(Command::dismiss, "dismiss", "退回来的不要了 · put a returned one away");
  for (CLI::App* each : {retry, dismiss}) each->add_option("N", arguments.group)->required();

  CLI::App* rekey =
      command(Command::rekey, "rekey", "换一个密钥 · encrypt this phone's file with another key");
  rekey->add_option("NEW_KEY_FILE", arguments.new_key_file, "64位十六进制 · 64 hex digits")->required();

  CLI::App* wipe = command(Command::wipe, "wipe", "清除这部手机:没交的先封给街道 · delete this phone's data");
  wipe->add_flag("--yes", arguments.sure, "确实要清除 · really");

  CLI::App* batch = command(Command::batch, "batch", "一行一条,成批登记 · many changes, one a line");
  batch->add_option("FILE", arguments.batch.file, "文件,或 - 表示标准输入 · a file, or - for standard input")
      ->capture_default_str();
  batch->add_flag("--quiet", arguments.batch.quiet, "不逐条回显 · print nothing for each line");
  batch->add_flag("--keep-going", arguments.batch.keep_going, "遇到写错的行继续 · go on after a bad line");
}

doorstep::Result<Change> change_of(Command command, const Arguments& arguments) {
  std::vector<std::string> words{command == Command::add    ? "add"
                                 : command == Command::edit ? "edit"
                                                            : "remove",
                                 arguments.table};
  if (command != Command::add) words.push_back(arguments.row);
  words.insert(words.end(), arguments.values.begin(), arguments.values.end());
  return read_change(words);
}

int run(Command command, const Arguments& arguments, const Phone& phone) {
  switch (command) {
    case Command::join:
      return join(phone, arguments.url);
    case Command::sync:
      return arguments.watch ? watch(phone, arguments.every_s) : sync(phone);
    case Command::query:
      return query(phone, arguments.sql);
    case Command::view:
      return view(phone, arguments.view, arguments.values, arguments.csv);
    case Command::catalogue:
      return catalogue(phone);
    case Command::find:
      return find(phone, arguments.text, arguments.limit);
    case Command::form:
      return form(phone, arguments.form, arguments.values, arguments.draft);
    case Command::status:
      return status(phone);
    case Command::conflicts:
      return conflicts(phone);
    case Command::decide:
      return decide(phone, arguments.entry, arguments.keep, arguments.value);
    case Command::why:
      return why(phone, arguments.table, arguments.row, arguments.column);
    case Command::held:
      return held(phone);
    case Command::retry:
      return retry(phone, arguments.group);
    case Command::dismiss:
      return dismiss(phone, arguments.group);
    case Command::reveal:
      return reveal(phone, arguments.table, arguments.row, arguments.column, arguments.reason);
    case Command::same:
      return same(phone, arguments.table, arguments.row, arguments.other, arguments.note);
    case Command::undo_same:
      return undo_same(phone, arguments.table, arguments.row);
    case Command::folded:
      return folded(phone, arguments.table, arguments.row);
    case Command::rekey:
      return rekey(phone, arguments.new_key_file);
    case Command::wipe:
      if (!arguments.sure)
        return phone.speaker.fail(
            usage_error("清除以后,这部手机上的资料就没有了。确实要清除,请加 --yes。",
                        "What is deleted from this phone does not come back. If you mean it, add --yes."));
      return wipe(phone, arguments.db + ".sealed");
    case Command::batch:
      return batch(phone, arguments.batch);
    case Command::add:
    case Command::edit:
    case Command::remove:
      break;
  }
  auto change = change_of(command, arguments);
  if (!change) return phone.speaker.fail(change.error());
  return record(phone, std::move(*change));
}

/// The rest of the words after a parse error are not known, so the flags are looked up by hand.
Speaker speaker_before_parsing(int argc, char** argv) {
  bool json = false;
  for (int i = 1; i < argc; ++i) json = json || std::string(argv[i]) == "--json";
  return Speaker(Language::both, json);
}

int main(int argc, char** argv) {
  Arguments arguments;
  std::map<CLI::App*, Command> commands;
  CLI::App app("家门口:一部手机 · Doorstep: one phone", "doorstep");
  describe(app, arguments, commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    const std::string what = wrong.what();
    return speaker_before_parsing(argc, argv)
        .fail(usage_error("命令写得不对。用法请看:doorstep --help",
                          "That is not how the command is used: " + what + ". See: doorstep --help"));
  }
  const Speaker speaker(arguments.language, arguments.json);
  const Command command = commands.at(app.get_subcommands().front());
  // Only joining starts a phone; elsewhere a new file would hide a mistyped name.
  if (command != Command::join && !std::filesystem::exists(arguments.db))
    return speaker.fail(
        usage_error("没有“" + arguments.db + "”这个数据文件。请核对文件名,或先用 doorstep join 加入街道。",
                    "There is no file \"" + arguments.db +
                        "\". Check its name, or join an office first: doorstep join URL"));
  doorstep::Options options;
  options.path = arguments.db;
  options.device_name = arguments.device;
  options.app = "field-cli";
  options.ports = doorstep::native_ports();
  if (!arguments.key_file.empty()) {
    auto key = read_key(arguments.key_file);
    if (!key) return speaker.fail(key.error());
    options.key = *std::move(key);
  }
  auto engine = doorstep::Engine::open(std::move(options));
  if (!engine) return speaker.fail(engine.error());
  return run(command, arguments, Phone{**engine, speaker});
}

}  // namespace
}  // namespace field

int main(int argc, char** argv) { return field::main(argc, argv); }
