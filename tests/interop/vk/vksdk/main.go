// Every upload call of SevereCloud/vksdk, unmodified, against the server of the argument.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/SevereCloud/vksdk/v3/api"
)

type asked struct {
	API, User, Group string
	Album            int
	Files            map[string]string
}

func main() {
	var a asked
	if err := json.Unmarshal([]byte(os.Args[1]), &a); err != nil {
		panic(err)
	}
	u, g := api.NewVK(a.User), api.NewVK(a.Group)
	u.MethodURL, g.MethodURL = a.API, a.API
	u.Limit, g.Limit = 100, 100
	open := func(name string) *os.File {
		f, err := os.Open(a.Files[name])
		if err != nil {
			panic(err)
		}
		return f
	}
	story := api.Params{"add_to_news": true}
	calls := map[string]func() error{
		"UploadPhoto":            func() error { _, err := u.UploadPhoto(a.Album, open("A")); return err },
		"UploadWallPhoto":        func() error { _, err := u.UploadWallPhoto(open("A")); return err },
		"UploadGroupWallPhoto":   func() error { _, err := u.UploadGroupWallPhoto(7, open("A")); return err },
		"UploadUserPhoto":        func() error { _, err := u.UploadUserPhoto(open("P")); return err },
		"UploadOwnerPhoto":       func() error { _, err := u.UploadOwnerPhoto(-7, "10,10,200", open("P")); return err },
		"UploadMessagesPhoto":    func() error { _, err := g.UploadMessagesPhoto(5, open("A")); return err },
		"UploadChatPhoto":        func() error { _, err := u.UploadChatPhoto(1, open("A")); return err },
		"UploadChatPhotoCrop":    func() error { _, err := u.UploadChatPhotoCrop(1, 0, 0, 200, open("A")); return err },
		"UploadMarketPhoto":      func() error { _, err := u.UploadMarketPhoto(7, true, open("P")); return err },
		"UploadMarketPhotoCrop":  func() error { _, err := u.UploadMarketPhotoCrop(7, 0, 0, 400, open("P")); return err },
		"UploadMarketAlbumPhoto": func() error { _, err := u.UploadMarketAlbumPhoto(7, open("L")); return err },
		"UploadVideo":            func() error { _, err := u.UploadVideo(api.Params{"name": "n"}, open("V")); return err },
		"UploadDoc":              func() error { _, err := u.UploadDoc("t.txt", "a,b", open("X")); return err },
		"UploadGroupDoc":         func() error { _, err := u.UploadGroupDoc(7, "t.txt", "", open("X")); return err },
		"UploadWallDoc":          func() error { _, err := u.UploadWallDoc("t.txt", "", open("X")); return err },
		"UploadMessagesDoc":      func() error { _, err := g.UploadMessagesDoc(5, "doc", "t.txt", "", open("X")); return err },
		"UploadVoice":            func() error { _, err := g.UploadMessagesDoc(5, "audio_message", "t", "", open("O")); return err },
		"UploadGraffiti":         func() error { _, err := g.UploadMessagesDoc(5, "graffiti", "t", "", open("T")); return err },
		"UploadOwnerCoverPhoto":  func() error { _, err := g.UploadOwnerCoverPhoto(7, 0, 0, 1590, 530, open("P")); return err },
		"UploadStoriesPhoto":     func() error { _, err := u.UploadStoriesPhoto(story, open("A")); return err },
		"UploadStoriesVideo":     func() error { _, err := u.UploadStoriesVideo(story, open("V")); return err },
		"UploadPollsPhoto":       func() error { _, err := u.UploadPollsPhoto(open("P")); return err },
		"UploadPrettyCardsPhoto": func() error { _, err := u.UploadPrettyCardsPhoto(open("P")); return err },
		"UploadLeadFormsPhoto":   func() error { _, err := u.UploadLeadFormsPhoto(open("L")); return err },
	}
	seen := map[string]string{}
	for name, call := range calls {
		seen[name] = "ok"
		if err := call(); err != nil {
			seen[name] = err.Error()
		}
	}
	empty := map[string]error{}
	_, empty["UploadVideo"] = u.UploadVideo(api.Params{}, open("E"))
	_, empty["UploadDoc"] = u.UploadDoc("t.txt", "", open("E"))
	_, empty["UploadStoriesPhoto"] = u.UploadStoriesPhoto(story, open("E"))
	_, empty["UploadStoriesVideo"] = u.UploadStoriesVideo(story, open("E"))
	for name, err := range empty {
		seen["empty "+name] = fmt.Sprintf("%T", err)
	}
	told, _ := json.Marshal(seen)
	fmt.Println(string(told))
}
