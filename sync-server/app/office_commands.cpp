#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/create_office.hpp"
#include "app/terminal.hpp"
#include "base/error.hpp"

// `init`.
namespace doorstep::server {

Status run_init(const InitOptions& options) {
  const DataFolder folder(options.data);
  DOORSTEP_TRY(made, make_office(folder, options.pack, options.office));
  if (options.json) {
    const nlohmann::ordered_json result{{"data", options.data},
                                        {"office", to_text(made.office)},
                                        {"name", made.name},
                                        {"pack", made.pack},
                                        {"fingerprint", made.fingerprint}};
    std::printf("%s\n", result.dump().c_str());
    return {};
  }
  say("“" + made.name + "”已建好:" + options.data + "。下一步:import 导入地点,invite 邀请人,serve 启动服务。",
      "The office '" + made.name + "' is ready in " + options.data +
          ". Next: import places, invite people, and serve.");
  return {};
}

}  // namespace doorstep::server
