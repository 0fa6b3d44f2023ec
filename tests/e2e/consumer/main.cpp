// A leader's app in forty lines. Run: consumer FILE [INVITATION-URL PLACE-CODE]
#include <doorstep/engine.hpp>
#include <doorstep/native.hpp>
#include <iostream>

int fail(const doorstep::Error& error) {
  std::cerr << error.zh << '\n' << error.en << '\n';
  return 1;
}

int main(int argc, char** argv) {
  doorstep::Options options;
  options.path = argc > 1 ? argv[1] : "phone.db";
  options.ports = doorstep::native_ports();
  auto phone = doorstep::Engine::open(options);
  if (!phone) return fail(phone.error());
  doorstep::Engine& engine = **phone;

  if (argc < 4) {  // Not invited yet: the phone says so in its own words.
    for (const auto& say : engine.status().sentences) std::cout << say.zh << '\n' << say.en << '\n';
    return 0;
  }
  if (auto joined = engine.join(argv[2]); !joined) return fail(joined.error());
  if (auto fetched = engine.sync(); !fetched) return fail(fetched.error());
  auto live = engine.observe("SELECT * FROM visit", [] { std::cout << "the list of visits changed\n"; });
  doorstep::RowId visit;
  auto saved = engine.write([&](doorstep::Transaction& t) -> doorstep::Status {  // On disk when it returns.
    auto added = t.add("visit", {{"place", argv[3]}, {"outcome", "met"}, {"note", "张阿姨在家"}});
    if (!added) return tl::unexpected(added.error());
    visit = *added;
    return {};
  });
  if (!saved) return fail(saved.error());
  if (auto report = engine.record("visit", visit)) std::cout << report->sentence.en << '\n';  // Only here.
  if (auto sent = engine.sync(); !sent) return fail(sent.error());
  if (auto report = engine.record("visit", visit)) std::cout << report->sentence.en << '\n';  // In the books.
}
