#include "printing/document.hpp"

#include <catch2/catch.hpp>

#include "app/qr_code.hpp"
#include "base/crypto.hpp"

using namespace doorstep;
using namespace doorstep::server::printing;

namespace {

/// Eight pixels square.
constexpr const char* kJpeg =
    "_9j_4AAQSkZJRgABAQAAAQABAAD_2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko-MzZGNy"
    "wtQFdBRkxOUlNSMj5aYVpQYEpRUk__2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09P"
    "T09PT09PT09PT09PT09PT09PT09PT0__wAARCAAIAAgDASIAAhEBAxEB_8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAw"
    "QFBgcICQoL_8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK"
    "FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmq"
    "KjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4-Tl5ufo6erx8vP09fb3-Pn6_8QAHwEAAwEBAQEB"
    "AQEBAQAAAAAAAAECAwQFBgcICQoL_8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRob"
    "HBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOE"
    "hYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3-P"
    "n6_9oADAMBAAIRAxEAPwDn9tFFFd1z7C5__9k";

struct Paper {
  explicit Paper(Format format) {
    auto opened = Document::open(format, kA4, "标题", [this](std::string_view more) {
      if (bytes.size() + more.size() > most) return false;
      bytes += more;
      return true;
    });
    REQUIRE(opened);
    document = std::move(*opened);
  }
  Page& page() { return document->page(); }

  std::string bytes;
  std::size_t most = SIZE_MAX;
  std::unique_ptr<Document> document;
};

std::size_t count(const std::string& in, const std::string& what) {
  std::size_t times = 0;
  for (std::size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + 1)) ++times;
  return times;
}

}  // namespace

TEST_CASE("document: a PDF: has the pages that were drawn and its fonts in it") {
  Paper paper(Format::pdf);
  paper.page().write({10, 10, 100, 0}, "家门口", {.size = 5});
  paper.document->next_page();
  CHECK(paper.page().qr_code({10, 10, 40, 40}, "https://example.cn/card/x"));
  REQUIRE(paper.document->finish());
  CHECK(paper.bytes.substr(0, 5) == "%PDF-");
  CHECK(paper.bytes.find("%%EOF") != std::string::npos);
  CHECK(count(paper.bytes, "/Type /Page") - count(paper.bytes, "/Type /Pages") == 2);
  CHECK(count(paper.bytes, "/FontFile") > 0);
  CHECK(paper.document->unprintable().empty());
}

TEST_CASE("document: an SVG: is one drawing") {
  Paper paper(Format::svg);
  paper.page().write({10, 10, 100, 0}, "家门口", {.size = 5});
  REQUIRE(paper.document->finish());
  CHECK(paper.bytes.find("<svg") != std::string::npos);
  CHECK(paper.bytes.find("</svg>") != std::string::npos);
}

TEST_CASE("document: a full disk: is an error in the end") {
  Paper paper(Format::pdf);
  paper.most = 100;
  paper.page().write({10, 10, 100, 0}, "家门口", {.size = 5});
  const Status finished = paper.document->finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().domain == ErrorDomain::storage);
}

TEST_CASE("document: a line that is too long: gets smaller, then is cut; a paragraph takes its lines") {
  Paper paper(Format::pdf);
  Page& page = paper.page();
  const TextStyle style{.size = 5};
  const double one = page.height_of(200, "家门口", style);
  CHECK(one > 4);
  CHECK(one < 9);
  std::string longer;
  for (int i = 0; i < 50; ++i) longer += "家门口";
  CHECK(page.width_of(longer, style) > 700);
  CHECK(page.height_of(200, longer, style) < one);
  CHECK(page.height_of(200, longer, {.size = 5, .lines = 0}) > 3 * one);
  CHECK(page.height_of(200, longer, {.size = 5, .lines = 2}) < 2.2 * one);
  CHECK(page.height_of(200, "", style) == 0);
  CHECK(page.write({0, 0, 100, 0}, "\xff\xfe", style) > 0);
}

TEST_CASE("document: characters that no font has: are told once each") {
  Paper paper(Format::pdf);
  paper.page().write({0, 0, 100, 0}, "王\xf3\xb0\x80\x80\xf3\xb0\x80\x80", {.size = 5});
  CHECK(paper.document->unprintable() == std::vector<std::string>{"\xf3\xb0\x80\x80"});
}

TEST_CASE("document: pictures: JPEG and PNG, and nothing that is damaged or huge") {
  const std::string jpeg = from_base64url(kJpeg).value();
  Paper paper(Format::pdf);
  const Box box{10, 10, 30, 40};
  CHECK(paper.page().picture(box, jpeg));
  CHECK(paper.page().picture(box, server::qr_code_png("x").value()));
  paper.document->next_page();
  CHECK(paper.page().picture(box, jpeg));
  CHECK_FALSE(paper.page().picture(box, ""));
  CHECK_FALSE(paper.page().picture(box, "no picture"));
  for (std::size_t size = 0; size < jpeg.size(); size += 7)
    CHECK_FALSE(paper.page().picture(box, jpeg.substr(0, size)));
  std::string huge = jpeg;
  const std::size_t frame = huge.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  huge[frame + 5] = huge[frame + 7] = '\x7f';
  CHECK_FALSE(paper.page().picture(box, huge));
  std::string png = server::qr_code_png("x").value();
  png[16] = '\x01';
  CHECK_FALSE(paper.page().picture(box, png));
  REQUIRE(paper.document->finish());
  // The JPEG as it came, once.
  CHECK(count(paper.bytes, jpeg) == 1);
}
