#include <doorstep/form.hpp>

#include "base/error.hpp"
#include "forms/form_content.hpp"
#include "forms/json.hpp"
#include "forms/limits.hpp"

namespace doorstep {

using namespace forms;

namespace {

/// The first fault, with the question it is in.
tl::unexpected<Error> refuse(const CompiledForm& form, const FormFault& fault) {
  std::string name;
  if (fault.item != kNone) name = form.items[fault.item].source->name;
  const std::string where_zh = name.empty() ? "" : "题目“" + name + "”的 " + fault.property + ":";
  const std::string where_en = name.empty() ? "" : "\"" + name + "\", " + fault.property + ": ";
  return fail(ErrorDomain::format, ErrorCode::malformed, Retry::never, where_zh + fault.message.zh,
              where_en + fault.message.en);
}

}  // namespace

Result<Form> Form::parse(std::string_view json) {
  DOORSTEP_TRY(definition, read_definition(json));
  auto content = std::make_shared<Content>();
  content->compiled.definition = std::move(definition);
  const std::vector<FormFault> faults = compile(content->compiled);
  if (!faults.empty()) return refuse(content->compiled, faults.front());
  content->json = write_definition(content->compiled.definition);
  content->digest = digest_of(content->json);
  return Form(std::move(content));
}

const std::string& Form::name() const { return content_->compiled.definition.name; }
std::uint64_t Form::version() const { return content_->compiled.definition.version; }
const FormText& Form::title() const { return content_->compiled.definition.title; }
const std::string& Form::digest() const { return content_->digest; }
const std::string& Form::json() const { return content_->json; }

}  // namespace doorstep
