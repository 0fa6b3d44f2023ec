#pragma once

#include <doorstep/form.hpp>

#include "forms/form_content.hpp"
#include "forms/state.hpp"

namespace doorstep {

/// A form as it is being filled in.
struct FormSession::Content {
  Content(const Form& its_form, const FormTime& its_time)
      : form(its_form), time(its_time), root(forms::make_instance(compiled(), 0)) {}

  const forms::CompiledForm& compiled() const { return form.content().compiled; }

  Form form;
  FormTime time;
  forms::Instance root;
  std::string at;  ///< Path of the current step; empty before the first.
  std::vector<FormAside> aside;
};

namespace forms {

/// Draft text of a session, and what is read of one.
std::string write_draft(const Form& form, const Instance& root, const std::string& at,
                        const std::vector<FormAside>& aside);
/// Answers in JSON. Expects them to be complete.
std::string write_answers(const Form& form, const Instance& root, const std::vector<FormAside>& aside);

struct OpenedDraft {
  Instance root;
  std::string at;
  std::vector<FormAside> aside;
};
Result<std::string> digest_in_draft(std::string_view draft);
/// Carries over what fits; not yet evaluated.
Result<OpenedDraft> read_draft(const Form& form, std::string_view draft);

}  // namespace forms
}  // namespace doorstep
