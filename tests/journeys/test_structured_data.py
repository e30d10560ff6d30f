"""What a page says to machines, in a browser that holds it to the policy of its header."""

import json

from tests import factories


def test_the_data_of_a_page_is_read_under_its_policy_and_asks_nothing_of_anybody(
    ann, ravi, open_page
):
    factories.sign_page(factories.make_complete_symptom(ann), by=ravi, asked_by=ann)
    browser, asked = open_page(), []
    browser.on("request", lambda request: asked.append(request.url))
    answer = browser.goto("/symptoms/facial-spasms/")
    assert "script-src 'self';" in f"{answer.headers['content-security-policy']};"
    data = json.loads(browser.locator('script[type="application/ld+json"]').text_content())
    assert data["@graph"][0]["url"] == browser.url
    assert browser.locator('link[rel="canonical"]').get_attribute("href") == browser.url
    origin = browser.url.removesuffix("/symptoms/facial-spasms/")
    assert asked
    assert not [url for url in asked if not url.startswith(origin)]
