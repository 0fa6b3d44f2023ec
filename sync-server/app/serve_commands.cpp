#include "app/commands.hpp"
#include "app/data_folder.hpp"
#include "app/sample_office.hpp"
#include "app/serve.hpp"
#include "base/error.hpp"

// `serve` and `dev`.
namespace doorstep::server {

Status run_serve(const ServeOptions& options) {
  const DataFolder folder(options.data);
  DOORSTEP_CHECK(folder.check_office());
  DOORSTEP_TRY(listen, parse_listen_address(options.listen.empty() ? kDefaultListen
                                                                   : std::string_view(options.listen)));
  ServeSettings settings;
  settings.data = folder.path();
  settings.listen = listen;
  settings.insecure_http = options.insecure_http;
  settings.log_form = options.log_json ? Log::Form::json : Log::Form::readable;
  settings.verbose = options.verbose;
  return serve_office(settings);
}

Status run_dev(const DevOptions& options) {
  DOORSTEP_TRY(listen, parse_listen_address(options.listen.empty() ? std::string_view("0.0.0.0:0")
                                                                   : std::string_view(options.listen)));
  DOORSTEP_TRY(sample, SampleOffice::make(options.pack));
  ServeSettings settings;
  settings.data = sample->folder();
  settings.listen = listen;
  settings.log_form = options.log_json ? Log::Form::json : Log::Form::readable;
  settings.verbose = true;
  settings.ready = [&](const ListenAddress&) { return sample->print_invitation(options.host); };
  return serve_office(settings);
}

}  // namespace doorstep::server
