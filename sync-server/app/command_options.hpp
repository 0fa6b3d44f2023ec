#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "app/terminal.hpp"
#include "base/error.hpp"

/// How the options of each command are declared. Commands of one topic are declared together.
namespace doorstep::server {

/// The chosen command with its options in it.
struct Chosen {
  std::function<Status()> run;
  const bool* json = nullptr;
};

inline CLI::App* add_command(CLI::App& app, const char* name, const char* zh, const char* en) {
  return app.add_subcommand(name, std::string(zh) + " / " + en);
}

inline void add_data(CLI::App* command, std::string& data) {
  command->add_option("--data", data, "数据文件夹 / the office's data folder")->required()->type_name("DIR");
}

inline void add_json(CLI::App* command, bool& json) {
  command->add_flag("--json", json, "以JSON输出 / print JSON instead of sentences");
}

/// Options live as long as the callback that holds them.
template <typename Options>
std::shared_ptr<Options> options_of(CLI::App* command, Chosen& chosen, Status (*run)(const Options&)) {
  auto options = std::make_shared<Options>();
  command->callback([options, &chosen, run] {
    chosen.run = [options, run] { return run(*options); };
    if constexpr (requires { options->json; }) chosen.json = &options->json;
  });
  return options;
}

/// Of a command that lists when no subcommand is given.
template <typename Options>
std::shared_ptr<Options> options_of_list(CLI::App* command, Chosen& chosen, Status (*run)(const Options&)) {
  command->require_subcommand(0, 1);
  auto options = std::make_shared<Options>();
  command->add_option("--data", options->data, "数据文件夹 / the office's data folder")->type_name("DIR");
  add_json(command, options->json);
  command->callback([command, options, &chosen, run] {
    if (!command->get_subcommands().empty()) return;
    chosen.json = &options->json;
    chosen.run = [options, run] {
      if (options->data.empty()) return Status(fail_usage("请用 --data 写明数据文件夹。", "Say --data DIR."));
      return run(*options);
    };
  });
  return options;
}

/// Questionnaires: `form`, `paper` and `print`.
void add_form_commands(CLI::App& app, Chosen& chosen);
void add_paper_commands(CLI::App& app, Chosen& chosen);
void add_print_commands(CLI::App& app, Chosen& chosen);

}  // namespace doorstep::server
