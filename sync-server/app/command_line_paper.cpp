#include "app/command_options.hpp"
#include "app/commands.hpp"
#include "app/paper_commands.hpp"

/// What is asked, printed and entered on paper.
namespace doorstep::server {

void add_form_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* form =
      add_command(app, "form", "调查表单:检查、导入XLSForm", "questionnaires written as XLSForms");
  form->require_subcommand(1);
  for (const bool import : {false, true}) {
    CLI::App* command = import ? add_command(*form, "import", "导入表单", "import a form")
                               : add_command(*form, "check", "只检查,不写入", "check only, write nothing");
    auto options = options_of(command, chosen, import ? &run_import_form : &run_check_form);
    command->add_option("file", options->file, "表单文件 / the form's file")->required()->type_name("FILE");
    if (import) {
      add_data(command, options->data);
      command->add_option("--place", options->place, "表单归哪个地点(编码) / code of the place it is for")
          ->required()
          ->type_name("CODE");
    }
    add_json(command, options->json);
  }
}

void add_paper_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* paper =
      add_command(app, "paper", "纸质问卷:录入表、录入、查编号", "questionnaires filled in with a pen");
  paper->require_subcommand(1);
  const auto add_campaign = [](CLI::App* command, const auto& options, const char* file) {
    command->add_option("campaign", options->campaign, "行动的标题 / the campaign's title")->required();
    command->add_option("file", options->file, "录入表 / the entry sheet")->required()->type_name(file);
    add_data(command, options->data);
  };
  CLI::App* form = add_command(*paper, "template", "生成录入表", "write an entry sheet");
  add_campaign(form, options_of(form, chosen, &run_paper_template), "FILE.xlsx");

  CLI::App* enter = add_command(*paper, "enter", "录入填好的表", "enter what was filled in");
  auto options = options_of(enter, chosen, &run_paper_enter);
  add_campaign(enter, options, "FILE");
  enter->add_option("--entered-by", options->entered_by, "录入人姓名 / who enters it")
      ->required()
      ->type_name("NAME");
  enter->add_option("--sheet", options->sheet, "哪个工作表 / which sheet")->type_name("NAME");
  CLI::Option* fixed =
      enter->add_option("--fixed", options->fixed, "写一份副本来改正 / write a copy to correct")
          ->type_name("FILE.xlsx");
  enter->add_flag("--only-bad", options->only_bad, "副本里只留有错的行 / only faulty rows in it")
      ->needs(fixed);
  enter->add_flag("--replace", options->replace,
                  "以纸面为准,更正已有的答卷 / the paper corrects what is there");
  enter->add_flag("--skip-bad", options->skip_bad, "跳过有错的行 / leave faulty rows out");
  enter->add_flag("--dry-run", options->dry_run, "只检查,不写入 / check only, write nothing");
  add_json(enter, options->json);

  CLI::App* code = add_command(*paper, "code", "编号是哪次行动、哪一户的", "whose a code is");
  auto code_options = options_of(code, chosen, &run_paper_code);
  code->add_option("code", code_options->code, "纸质编号 / the code on the paper")->required();
  add_data(code, code_options->data);
  add_json(code, code_options->json);
}

namespace {

std::shared_ptr<PrintOptions> add_print_command(CLI::App& print, Chosen& chosen, const char* name,
                                                const char* zh, const char* en,
                                                Status (*run)(const PrintOptions&)) {
  CLI::App* command = add_command(print, name, zh, en);
  auto options = options_of(command, chosen, run);
  add_data(command, options->data);
  command
      ->add_option("--out", options->out,
                   "写到哪里:.pdf、一页的 .svg,或以 / 结尾的文件夹(每页一个 .svg) / a .pdf, an .svg of one "
                   "page, or a folder that ends in / with an .svg for each page")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--place", options->place,
                   "只印这个地点(编码)和它下面的 / only what is beneath this place")
      ->type_name("CODE");
  add_json(command, options->json);
  return options;
}

}  // namespace

void add_print_commands(CLI::App& app, Chosen& chosen) {
  CLI::App* print =
      add_command(app, "print", "印公示牌、工作证、纸质问卷", "plates, cards and questionnaires on paper");
  print->require_subcommand(1);
  auto plates = add_print_command(*print, chosen, "plates", "邻里服务公示牌", "service plates at doors",
                                  &run_print_plates);
  auto cards = add_print_command(*print, chosen, "cards", "工作证", "leader cards", &run_print_cards);
  print->get_subcommand("plates")
      ->add_option("--level", plates->level, "哪一级的地点 / level of the places")
      ->type_name("LEVEL")
      ->capture_default_str();
  print->get_subcommand("cards")
      ->add_option("--person", cards->person, "只印谁的 / whose only")
      ->type_name("NAME");
  auto paper = add_print_command(*print, chosen, "questionnaires", "纸质问卷,每户一份",
                                 "a campaign's questionnaire for each door", &run_print_questionnaires);
  CLI::App* questionnaires = print->get_subcommand("questionnaires");
  questionnaires->add_option("campaign", paper->campaign, "行动的标题或编号 / the campaign's title or id")
      ->required()
      ->type_name("CAMPAIGN");
  questionnaires->add_flag("--all", paper->all, "已经有答卷的户也印 / doors that have answered, too");
  for (const auto& [name, options] : {std::pair{"plates", plates}, std::pair{"cards", cards}})
    print->get_subcommand(name)
        ->add_option("--host", options->host, "二维码里的网址用哪个主机 / host in the QR codes' addresses")
        ->type_name("HOST[:PORT]");
}

}  // namespace doorstep::server
