#include "app/card_page.hpp"

namespace doorstep::server {
namespace {

constexpr const char* kHead = R"html(<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>核对 Check</title>
<style>body{font:22px/1.6 sans-serif;max-width:30em;margin:1.5em auto;padding:0 1em;color:#111}
h1{font-size:44px;margin:.3em 0}h2{font-size:34px;margin:.5em 0 0}p{margin:.2em 0}
.yes{color:#06722c}.no{color:#a31515}[lang=en]{color:#555;font-size:17px}</style>
)html";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::string paragraph(std::string_view zh, std::string_view en) {
  std::string html = "<p>" + escaped(zh) + "</p>\n";
  if (!en.empty()) html += "<p lang=\"en\">" + escaped(en) + "</p>\n";
  return html;
}

std::string heading(const char* look, std::string_view zh, std::string_view en) {
  return "<h1 class=\"" + std::string(look) + "\">" + escaped(zh) + "</h1>\n<p lang=\"en\">" + escaped(en) +
         "</p>\n";
}

std::string named(const CardPage::Leader& leader) {
  return "<h2>" + escaped(leader.name) + "</h2>\n" +
         paragraph(leader.role.zh, leader.role.en == leader.role.zh ? std::string() : leader.role.en);
}

http::Response answer(const std::string& body, int status) {
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = kHead + body + "</html>\n";
  response.headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
                      {"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"}};
  return response;
}

std::string plate_body(const CardPage& page) {
  std::string body = paragraph(page.office, {}) + "<h1>" + escaped(page.address) + "</h1>\n";
  if (page.leaders.empty())
    return body + paragraph("目前没有可以公示的负责人,请与" + page.office + "联系。",
                            "Nobody is named for this place at present. Please ask the office.");
  body += paragraph("今天在岗:", "In post today:");
  for (const CardPage::Leader& leader : page.leaders) body += named(leader);
  return body;
}

std::string card_body(const CardPage& page) {
  if (page.leaders.empty())
    return heading("no", "已失效", "No longer valid") +
           paragraph("这张工作证已经失效。请不要凭它让人进门,可与" + page.office + "核实。",
                     "This card is no longer valid. Do not let anybody in because of it; ask the office.");
  return heading("yes", "有效", "Valid") + named(page.leaders.front()) + paragraph(page.address, {}) +
         (page.until.empty() ? paragraph("任职期间有效", "Valid while in post")
                             : paragraph("有效期至 " + page.until, "Valid until " + page.until)) +
         paragraph(page.office, {}) +
         paragraph("请核对:门外的人应当是上面这个人。",
                   "Whoever is at the door must be the person named here.");
}

}  // namespace

http::Response answer_card(const CardPage& page) {
  return answer(page.is_plate ? plate_body(page) : card_body(page), 200);
}

http::Response answer_no_card() {
  return answer(
      heading("no", "查不到", "Not found") +
          paragraph("这不是这里发出的证件或公示牌。请不要相信出示它的人,并告诉街道。",
                    "This office has issued no such card or plate. Do not trust whoever shows it, and "
                    "tell the office."),
      404);
}

http::Response answer_card_later() {
  constexpr int kRetryAfter_s = 600;
  http::Response response =
      answer(heading("no", "请稍后再试", "Try again later") +
                 paragraph("查询太多,请过十分钟再扫。", "Too many attempts. Scan again in ten minutes."),
             429);
  response.retry_after_s = kRetryAfter_s;
  return response;
}

}  // namespace doorstep::server
