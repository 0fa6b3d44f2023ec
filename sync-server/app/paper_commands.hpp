#pragma once

#include <doorstep/error.hpp>
#include <string>

/// `paper`: questionnaires that were filled in with a pen (docs/paper.md).
namespace doorstep::server {

struct PaperTemplateOptions {
  std::string data;
  std::string campaign;
  std::string file;
};
Status run_paper_template(const PaperTemplateOptions& options);

struct PaperEnterOptions {
  std::string data;
  std::string campaign;
  std::string file;
  std::string sheet;
  std::string entered_by;
  std::string fixed;      ///< A copy to correct the file in.
  bool only_bad = false;  ///< Good rows are left out of it.
  bool replace = false;   ///< Papers that say otherwise than what is there correct it.
  bool skip_bad = false;
  bool dry_run = false;
  bool json = false;
};
Status run_paper_enter(const PaperEnterOptions& options);

struct PaperCodeOptions {
  std::string data;
  std::string code;
  bool json = false;
};
Status run_paper_code(const PaperCodeOptions& options);

}  // namespace doorstep::server
