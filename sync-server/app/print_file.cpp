#include "app/print_file.hpp"

#include <algorithm>

#include "app/output_file.hpp"
#include "base/error.hpp"
#include "printing/limits.hpp"
#include "schema/unicode_text.hpp"

namespace doorstep::server {
namespace {

enum class Kind { pdf, svg, folder };

Result<Kind> kind_of(const std::string& out) {
  if (!out.empty() && out.back() == '/') return Kind::folder;
  const std::string extension = to_ascii_lower(std::filesystem::path(out).extension().string());
  if (extension == ".pdf") return Kind::pdf;
  if (extension == ".svg") return Kind::svg;
  return fail_usage(
      "文件名请以 .pdf 或 .svg 结尾;以 / 结尾的是文件夹,每页一个 .svg:" + out,
      "The name must end in .pdf or .svg, or in / for a folder with an .svg for each page: " + out);
}

}  // namespace

Status PrintFile::check(const std::string& out) {
  DOORSTEP_TRY(kind, kind_of(out));
  static_cast<void>(kind);
  return {};
}

Status PrintFile::check_pdf(const std::string& out) {
  const auto kind = kind_of(out);
  if (kind && *kind == Kind::pdf) return {};
  return fail_usage("问卷印成一个 .pdf,文件名请以它结尾:" + out,
                    "Questionnaires come as one .pdf; the name must end so: " + out);
}

Result<PrintFile> PrintFile::begin(const std::string& out, printing::PageSize size, std::string title,
                                   std::size_t pages) {
  DOORSTEP_TRY(kind, kind_of(out));
  const std::string count = std::to_string(pages);
  if (pages == 0) return fail_usage("没有可以印的内容。", "There is nothing to print.");
  if (pages > printing::limits::kPages) {
    const std::string most = std::to_string(printing::limits::kPages);
    return fail(ErrorDomain::usage, ErrorCode::too_large, Retry::never,
                "一共" + count + "页,一次最多" + most + "页。请用 --place 分几次印。",
                count + " pages; at most " + most + " at once. Print it in parts with --place.");
  }
  if (kind == Kind::svg && pages > 1)
    return fail_usage("一共" + count + "页,一个 .svg 只有一页:请用 .pdf,或以 / 结尾的文件夹。",
                      count + " pages do not fit one .svg: name a .pdf, or a folder that ends in /.");
  if (kind == Kind::folder) {
    std::error_code failed;
    std::filesystem::create_directories(out, failed);
    if (failed) return fail_usage("不能建立文件夹“" + out + "”。", "The folder " + out + " cannot be made.");
  }
  return PrintFile(out, size, std::move(title));
}

Status PrintFile::open(const std::string& file, printing::Format format) {
  DOORSTEP_TRY(writer, FileWriter::create(file));
  writer_ = std::make_unique<FileWriter>(std::move(writer));
  DOORSTEP_TRY(document,
               printing::Document::open(format, size_, title_, [to = writer_.get()](std::string_view bytes) {
                 return to->append(bytes);
               }));
  document_ = std::move(document);
  return {};
}

Result<printing::Page*> PrintFile::next(const std::string& name) {
  DOORSTEP_TRY(kind, kind_of(out_));
  if (kind == Kind::pdf && document_ != nullptr) {
    document_->next_page();
    return &document_->page();
  }
  if (kind == Kind::folder) {
    if (document_ != nullptr) DOORSTEP_CHECK(finish());
    DOORSTEP_CHECK(open(out_ + for_file_name(name) + ".svg", printing::Format::svg));
  } else {
    DOORSTEP_CHECK(open(out_, kind == Kind::pdf ? printing::Format::pdf : printing::Format::svg));
  }
  return &document_->page();
}

Status PrintFile::finish() {
  const Status drawn = document_->finish();
  for (const std::string& character : document_->unprintable())
    if (unprintable_.size() < printing::limits::kUnprintable &&
        std::find(unprintable_.begin(), unprintable_.end(), character) == unprintable_.end())
      unprintable_.push_back(character);
  document_.reset();
  // Why a sink refused, the writer knows best.
  DOORSTEP_CHECK(writer_->finish());
  bytes_ += writer_->size();
  return drawn;
}

}  // namespace doorstep::server
