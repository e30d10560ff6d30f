"""Answers to HEAD: the headers of the page and nothing of its body, which servers would drop with a warning."""


def head_only(get_response):
    def answer(request):
        response = get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return answer
